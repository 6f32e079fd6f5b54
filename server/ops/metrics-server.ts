// Answers GET /metrics on an address of its own, so that no site's page is hidden by it, Prometheus needs no access to what readers
// did, and the numbers can be read when all connections of the site are taken. It never listens by itself.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Logger } from 'pino';
import { CONNECTION_TIMEOUTS } from '../http/connection-limit.ts';
import { describeError } from '../http/describe-error.ts';
import { isBearer } from '../owner/require-owner.ts';
import type { Metrics } from './metrics.ts';

const MOST_CONNECTIONS = 50;
const TEXT = { 'Content-Type': 'text/plain; charset=utf-8' };

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** @param token what readers of the metrics have to send; undefined: nothing. */
export function createMetricsServer(
  metrics: Pick<Metrics, 'contentType' | 'read'>,
  token: string | undefined,
  log: Logger,
): Server {
  const server = createServer(CONNECTION_TIMEOUTS, (request, response) => {
    void answer(request, metrics, token, log).then(({ status, headers, text }) =>
      response.writeHead(status, { ...headers, 'Cache-Control': 'no-store' }).end(text),
    );
  });
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

async function answer(
  { method, url = '', headers }: IncomingMessage,
  metrics: Pick<Metrics, 'contentType' | 'read'>,
  token: string | undefined,
  log: Logger,
): Promise<Answer> {
  if (!/^\/metrics(?:\?|$)/.test(url))
    return { status: 404, headers: TEXT, text: 'There is nothing here but /metrics\n' };
  if (method !== 'GET' && method !== 'HEAD')
    return { status: 405, headers: { ...TEXT, Allow: 'GET, HEAD' }, text: 'Use GET\n' };
  if (token !== undefined && !isBearer(headers.authorization, token)) {
    const text = 'Send the header "Authorization: Bearer <METRICS_TOKEN>"\n';
    return { status: 401, headers: { ...TEXT, 'WWW-Authenticate': 'Bearer' }, text };
  }
  try {
    return { status: 200, headers: { 'Content-Type': metrics.contentType }, text: await metrics.read() };
  } catch (error) {
    log.error({ err: describeError(error) }, "can't read the metrics");
    return { status: 500, headers: TEXT, text: 'Internal server error\n' };
  }
}
