// POST /api/session-heartbeat without Koa, for our own server. Nearly every request of a server is a delivery, and Koa with its
// middleware took two fifths of what one costs (docs/internals/benchmarks.md). Only plain deliveries of the site's own pages
// come this way; route.ts answers the others, and each of these in the same way.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { MAX_BODY_BYTES } from '../../sw/protocol/limits.ts';
import { readRequestText } from '../http/body.ts';
import { toSitePath } from '../http/site-base.ts';
import { clientAddress } from '../http/client-address.ts';
import { toHttpError } from '../http/error-handler.ts';
import { RECEIPT_HEADERS } from '../http/security-headers.ts';
import type { AnswerDelivery } from './answer-delivery.ts';

/**
 * True for a delivery with a body, by a page of the site or by no page.
 * @param base the path under which the site lies; empty at the root.
 */
export function isPlainDelivery({ method, url = '', headers }: IncomingMessage, base: string): boolean {
  if (method !== 'POST' || toSitePath(base, url) !== HEARTBEAT_PATH || !(Number(headers['content-length']) > 0))
    return false;
  const site = headers['sec-fetch-site'];
  return site ? site === 'same-origin' : !headers.origin;
}

/** Answers plain deliveries. Resolves with the status. */
export function createDirectRoute(answer: AnswerDelivery, log: Logger, trustProxy: boolean) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<number> => {
    const { status, headers, body } = await answerOrFail(answer, request, log, trustProxy);
    const text = JSON.stringify(body);
    response.writeHead(status, {
      ...headers,
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(text),
    });
    // Nothing happens where the device is gone.
    response.end(text);
    return status;
  };
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

async function answerOrFail(
  answer: AnswerDelivery,
  request: IncomingMessage,
  log: Logger,
  trustProxy: boolean,
): Promise<Answer> {
  try {
    const body = await answer({
      ip: clientAddress(request, trustProxy),
      readBody: () => readRequestText(request, MAX_BODY_BYTES),
      // There is a body.
      readSession: () => '',
    });
    return { status: 200, headers: RECEIPT_HEADERS, body };
  } catch (error) {
    const { status, retryAfterSeconds, message } = toHttpError(error, log);
    const retryAfter = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
    return { status, headers: { ...RECEIPT_HEADERS, ...retryAfter }, body: { success: false, error: message } };
  }
}
