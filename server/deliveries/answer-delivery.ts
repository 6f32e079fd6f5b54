// What a delivery is answered, whatever server it came in by: the receipt of its spans. An empty body is the original
// contract: the session in the cookie is active now.
import type { Receipt, Refusal, Span } from '../../sw/protocol/delivery.ts';
import { HttpError } from '../http/http-error.ts';
import { networkOf } from '../http/client-network.ts';
import { createRateLimit, type RateLimit } from '../http/rate-limit.ts';
import type { Sighting } from '../store/session-store.ts';
import { parseDelivery, type ParsedDelivery } from './parse-delivery.ts';
import type { LoadShedder } from './load-shedding.ts';
import type { ReceiveSpans } from './receive-spans.ts';
import type { ServerClock } from './server-clock.ts';

/** Deliveries per second; 0: no limit. */
export interface DeliveryLimits {
  /** Per session. */
  readonly beats: number;
  /** Per network. */
  readonly network: number;
}

/** What a delivery needs of its request. */
export interface DeliveryRequest {
  /** The address of the device. */
  readonly ip: string;
  /** @throws HttpError 413 or 400. */
  readBody(): Promise<string>;
  /** The session in the cookie; empty: none. */
  readSession(): string;
}

export type DeliveryAnswer = Receipt | { readonly success: true };

/** @throws HttpError 4xx if nothing of the delivery can be stored; 503 if it can't be stored now. */
export type AnswerDelivery = (request: DeliveryRequest) => Promise<DeliveryAnswer>;

export function createDeliveries(
  receive: ReceiveSpans,
  load: LoadShedder,
  limits: DeliveryLimits,
  clock: ServerClock,
): AnswerDelivery {
  // Each process counts by itself: a database asked for each beat would do more than one that stores them in batches.
  const ofSession = createRateLimit('beats', limits.beats, 1);
  const ofNetwork = createRateLimit('network', limits.network, 1);
  return async (request) => {
    // Checked before the body is read, so that a rejected request costs almost nothing.
    load.refuseIfBusy();
    await take(ofNetwork, networkOf(request.ip), 'network');
    const body = await request.readBody();
    if (!body) {
      const session = request.readSession();
      await take(ofSession, session, 'session');
      return load.whileWaiting(0, () => seeSession(session, receive, clock));
    }
    const delivery = parseOrFail(body);
    for (const session of sessionsOf(delivery)) await take(ofSession, session, 'session');
    return load.whileWaiting(body.length, () => receiveDelivery(delivery, receive, clock));
  };
}

async function take(limit: RateLimit, key: string, whose: 'network' | 'session'): Promise<void> {
  const retryAfterSeconds = await limit(key);
  if (retryAfterSeconds > 0)
    throw new HttpError(429, `Too many deliveries from this ${whose}; send it again later`, { retryAfterSeconds });
}

function sessionsOf({ spans }: ParsedDelivery): Iterable<string> {
  return new Set(spans.map(({ session }) => session));
}

async function seeSession(session: string, receive: ReceiveSpans, clock: ServerClock): Promise<{ success: true }> {
  const receivedMs = clock.now();
  const [recorded] = session ? await receive([{ session, receivedMs, setBackMs: clock.setBackMs }]) : [];
  if (recorded !== 'stored') throw new HttpError(400, 'No session');
  return { success: true };
}

function parseOrFail(body: string): ParsedDelivery {
  const delivery = parseDelivery(body);
  if ('error' in delivery) throw new HttpError(400, delivery.error);
  return delivery;
}

function sight(
  span: Span,
  { sentAt, nextBeatMs }: ParsedDelivery,
  receivedMs: number,
  setBackMs: number | undefined,
): Sighting {
  const { id, session, page, start, end, closed, replayed } = span;
  return {
    session,
    receivedMs,
    setBackMs,
    nextBeatMs,
    span: {
      id,
      page,
      startMs: start,
      endMs: end,
      offsetMs: receivedMs - sentAt,
      isClosed: closed,
      isReplayed: replayed,
    },
  };
}

async function receiveDelivery(delivery: ParsedDelivery, receive: ReceiveSpans, clock: ServerClock): Promise<Receipt> {
  const { spans } = delivery;
  const receivedMs = clock.now();
  const recorded = await receive(spans.map((span) => sight(span, delivery, receivedMs, clock.setBackMs)));
  const stored: string[] = [];
  const refused: Refusal[] = [...delivery.refused];
  for (const [nth, { id }] of spans.entries()) {
    const what = recorded[nth];
    if (what === 'stored') stored.push(id);
    else if (what !== undefined) refused.push({ id, reason: what });
  }
  return { success: true, stored, refused, now: receivedMs };
}
