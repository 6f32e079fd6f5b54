// POST /api/session-heartbeat: a delivery of spans, answered with a receipt; or, with an empty body, the original
// contract: the session of the cookie was seen now.
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { HEARTBEAT_PATH, MAX_BODY_BYTES, SESSION_COOKIE, type Receipt, type Refusal } from '../../sw/protocol.ts';
import { HttpFailure } from '../http/http-failure.ts';
import { readText } from '../http/read-body.ts';
import { parseDelivery, type ParsedDelivery } from './parse-delivery.ts';
import type { ReceiveSpans } from './receive-spans.ts';

/** Adds the route. `now` is the server's clock, epoch milliseconds. */
export function addHeartbeatRoute(router: Router, receive: ReceiveSpans, now: () => number): void {
  router.post(HEARTBEAT_PATH, async (ctx) => {
    const body = await readText(ctx, MAX_BODY_BYTES);
    ctx.body = body ? await receiveDelivery(parseOrFail(body), receive, now()) : await seeSession(ctx, receive, now());
  });
}

async function seeSession(ctx: Context, receive: ReceiveSpans, receivedMs: number): Promise<{ success: true }> {
  const session = ctx.cookies.get(SESSION_COOKIE);
  const [recorded] = session ? await receive([{ session, receivedMs }]) : [];
  if (recorded !== 'stored') throw new HttpFailure(400, 'No session');
  return { success: true };
}

function parseOrFail(body: string): ParsedDelivery {
  const delivery = parseDelivery(body);
  if ('error' in delivery) throw new HttpFailure(400, delivery.error);
  return delivery;
}

async function receiveDelivery(delivery: ParsedDelivery, receive: ReceiveSpans, receivedMs: number): Promise<Receipt> {
  const { sentAt, spans } = delivery;
  const recorded = await receive(
    spans.map((span) => ({
      session: span.session,
      receivedMs,
      span: { id: span.id, page: span.page, startMs: span.start, endMs: span.end, offsetMs: receivedMs - sentAt },
    })),
  );
  const unknown = spans
    .filter((_, nth) => recorded[nth] === 'unknown-session')
    .map(({ id }): Refusal => ({ id, reason: 'unknown-session' }));
  return {
    success: true,
    stored: spans.filter((_, nth) => recorded[nth] === 'stored').map(({ id }) => id),
    refused: [...delivery.refused, ...unknown],
    now: receivedMs,
  };
}
