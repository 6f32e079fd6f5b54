// How many connections a server holds at a time, so that idle ones can't use up what the process may open: then it would answer
// nobody, and say nothing.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { networkOf } from './client-network.ts';

/** Connections that wait to be accepted. Node's own default, 511, is full within a second when many devices come back at once. */
export const BACKLOG = 4_096;

/** One network may hold this part of all connections. */
const NETWORK_SHARE = 1 / 4;
/** Headers must be there, and a whole request; a connection that sends nothing counts as well. */
const HEADERS_MS = 15_000;
const REQUEST_MS = 60_000;
const LOOK_EVERY_MS = 5_000;
const LOG_EVERY_MS = 10_000;

/** For `createServer`. */
export const CONNECTION_TIMEOUTS = {
  headersTimeout: HEADERS_MS,
  requestTimeout: REQUEST_MS,
  connectionsCheckingInterval: LOOK_EVERY_MS,
};

/**
 * Closes connections beyond `most`, and beyond a quarter of them from one network; logs that it does, every 10 s at the most.
 * @param most 0: no limit.
 * @param areProxied they all come from a proxy, so networks can't be told apart.
 */
export function limitConnections(server: Server, most: number, areProxied: boolean, log: Logger): void {
  if (most === 0) return;
  const mostOfNetwork = Math.max(1, Math.floor(most * NETWORK_SHARE));
  const counts = new Map<string, number>();
  let closed = 0;
  let loggedAt = -Infinity;
  const note = (): void => {
    closed++;
    if (performance.now() - loggedAt < LOG_EVERY_MS) return;
    log.warn({ closed, most, mostOfNetwork }, 'too many connections: new ones are closed');
    loggedAt = performance.now();
    closed = 0;
  };
  server.maxConnections = most;
  server.on('drop', note);
  if (areProxied) return;
  server.on('connection', (socket: Socket) => {
    const network = networkOf(socket.remoteAddress ?? '');
    const count = (counts.get(network) ?? 0) + 1;
    counts.set(network, count);
    socket.once('close', () => {
      const left = (counts.get(network) ?? 1) - 1;
      if (left > 0) counts.set(network, left);
      else counts.delete(network);
    });
    if (count <= mostOfNetwork) return;
    socket.destroy();
    note();
  });
}
