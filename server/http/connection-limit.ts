// Limits a server's open connections. Otherwise idle ones could use up the process's file descriptors, and it would
// stop answering without a message.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { networkOf } from './client-network.ts';
import { createTally } from './log-tally.ts';

/** Length of the accept queue. Node's default, 511, fills within a second when many devices reconnect at once. */
export const BACKLOG = 4_096;

/** The maximum share of all connections for one network. */
const NETWORK_SHARE = 1 / 4;
/** Time limits for the headers and the whole request. They also apply to a connection that sends nothing. */
const HEADERS_MS = 15_000;
const REQUEST_MS = 60_000;
const LOOK_EVERY_MS = 5_000;

/** Options for `createServer`. */
export const CONNECTION_TIMEOUTS = {
  headersTimeout: HEADERS_MS,
  requestTimeout: REQUEST_MS,
  connectionsCheckingInterval: LOOK_EVERY_MS,
};

/**
 * Closes connections beyond `most`, and beyond a quarter of `most` from one network. Logs this at most every 10 s.
 * @param most 0: no limit.
 * @param areProxied all connections come from a proxy, so networks can't be distinguished.
 */
export function limitConnections(server: Server, most: number, areProxied: boolean, log: Logger): void {
  if (most === 0) return;
  const mostOfNetwork = Math.max(1, Math.floor(most * NETWORK_SHARE));
  const counts = new Map<string, number>();
  const note = createTally(log, 'too many connections: closing new ones', { most, mostOfNetwork });
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
