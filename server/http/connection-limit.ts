// Limits a server's open connections. Otherwise idle ones could use up the process's file descriptors, and it would
// stop answering without a message.
import type { RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { networkOf } from './client-network.ts';
import { createTally } from './log-tally.ts';
import { WaitingConnections } from './waiting-connections.ts';

/** Length of the accept queue. Node's default, 511, fills within a second when many devices reconnect at once. */
export const BACKLOG = 4_096;

/** The maximum share of all connections for one network. */
const NETWORK_SHARE = 1 / 4;
/** Time limits for the headers and the whole request. They also apply to a connection that sends nothing. */
const HEADERS_MS = 15_000;
const REQUEST_MS = 60_000;
const LOOK_EVERY_MS = 5_000;
/** For a client that doesn't take its answer. An event stream is never silent for so long (server/sessions/feed.ts). */
const SILENCE_MS = 120_000;

/**
 * How long a proxy's connection may wait for its next request: longer than the proxy keeps it (nginx 60 s, Caddy 120 s), so that none is closed
 * just when the proxy sends a delivery on it.
 */
const PROXY_IDLE_MS = 130_000;

/** Connections beyond the limit that are open only to be refused. */
const MOST_REFUSED = 256;
const RETRY_AFTER_SECONDS = 5;

/** Options for `createServer`. */
export const CONNECTION_TIMEOUTS = {
  headersTimeout: HEADERS_MS,
  requestTimeout: REQUEST_MS,
  connectionsCheckingInterval: LOOK_EVERY_MS,
};

export interface ConnectionLimits {
  /** Open connections; 0: no limit. A quarter of them may be of one network. */
  readonly most: number;
  /** All connections come from a proxy, so networks can't be distinguished. */
  readonly areProxied: boolean;
}

/**
 * Lets `listener` answer the server's requests. A connection beyond the limits takes the place of the one that has waited longest for its
 * client. If none waits, its request is answered with 503. Logs this at most every 10 s.
 */
export function limitConnections(
  server: Server,
  listener: RequestListener,
  { most, areProxied }: ConnectionLimits,
  log: Logger,
): void {
  server.setTimeout(SILENCE_MS);
  if (areProxied) server.keepAliveTimeout = PROXY_IDLE_MS;
  if (most === 0) {
    server.on('request', listener);
    return;
  }
  const mostOfNetwork = Math.max(1, Math.floor(most * NETWORK_SHARE));
  const note = createTally(log, 'too many connections: closing some', { most, mostOfNetwork });
  const open = new WaitingConnections();
  const refused = new WeakSet<Socket>();
  server.maxConnections = most + MOST_REFUSED;
  server.on('drop', note);
  server.on('connection', (socket: Socket) => {
    const network = areProxied ? '' : networkOf(socket.remoteAddress ?? '');
    open.add(socket, network);
    socket.once('close', () => open.delete(socket));
    const isOverShare = !areProxied && open.count(network) > mostOfNetwork;
    if (!isOverShare && open.count() <= most) return;
    note();
    const idle = open.findIdle(socket, isOverShare ? network : undefined);
    if (idle) idle.destroy();
    else refused.add(socket);
    open.delete(idle ?? socket);
  });
  server.on('request', (request, response) => {
    if (refused.has(request.socket)) {
      refuse(response);
      return;
    }
    open.answer(request, response);
    listener(request, response);
  });
}

function refuse(response: ServerResponse): void {
  response
    .writeHead(503, { 'Content-Type': 'application/json', 'Retry-After': RETRY_AFTER_SECONDS, Connection: 'close' })
    .end('{"success":false,"error":"Too many connections; try again later"}');
}
