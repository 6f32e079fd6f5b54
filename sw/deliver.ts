// queue → send → receipt → queue, until the queue is empty. Page and worker deliver alike, one at a time per device.
// Nothing here removes a span but the server's word.
import { pauseAfter, waitMs, type Trigger } from './backoff.ts';
import { MAX_DELIVERY_BYTES, type Refusal, type Span } from './protocol.ts';
import type { SpanQueue } from './queue.ts';
import { send } from './send.ts';
import { countWaiting, endPause, oldest, readPause, rest, settle } from './undelivered.ts';

/** What a delivery came to. */
export interface Outcome {
  /** Spans that the server has stored durably. */
  readonly stored: number;
  readonly refused: readonly Refusal[];
  /** Spans that still wait for a receipt. */
  readonly waiting: number;
  /** How long the device rests before it may try again, in milliseconds; 0 after a delivery that worked. */
  readonly retryInMs: number;
  readonly error?: string | undefined;
}

/**
 * Delivers what is queued, oldest first, unless a pause forbids it; resolves with what it came to and never rejects.
 * Waits for a delivery that another page or the worker has under way (Web Lock). Where there are no locks two may
 * overlap: the server doesn't mind.
 */
export async function deliver(queue: SpanQueue, trigger: Trigger): Promise<Outcome> {
  const askedAt = Date.now();
  const work = (): Promise<Outcome> => deliverAll(queue, trigger, askedAt);
  return (navigator.locks?.request('stillhere-delivery', work) ?? Promise.reject()).catch(work);
}

async function deliverAll(queue: SpanQueue, trigger: Trigger, askedAt: number): Promise<Outcome> {
  const refused: Refusal[] = [];
  /** Not twice in one delivery: the span that is being read grows while we send. */
  const answered = new Set<string>();
  let stored = 0;
  let error: string | undefined;
  /** The server answers: a request that fails all the same may fail for what is in it. */
  let hasWorked = false;
  /** A span that fails alone is left for another time: once, until something works. */
  let isPassedOver = false;
  let pause = await readPause(queue);
  const failures = pause?.failures ?? 0;
  let most: number | undefined;
  // A request that was sent while this one waited for its turn has tried for it, too: no crowd tries, each of it. One that
  // hung since before hasn't.
  const isTried = pause && pause.since > askedAt && pause.since <= Date.now();
  let retryInMs = waitMs(pause, isTried ? 'beat' : trigger, Date.now());
  while (retryInMs === 0) {
    const queued = await oldest(queue, Date.now());
    most ??= mostAfter(failures, queued.length);
    const spans = fitting(
      queued.filter(({ id }) => !answered.has(id)),
      most,
    );
    const [first] = spans;
    if (!first) {
      if (isPassedOver && pause) retryInMs = Math.max(1, pause.until - Date.now());
      break;
    }
    const sentAt = Date.now();
    const sent = await send(spans);
    if (sent.type === 'receipt') {
      await settle(queue, spans, sent.receipt);
      for (const { id } of spans) answered.add(id);
      if (pause) await endPause(queue);
      pause = undefined;
      hasWorked = true;
      isPassedOver = false;
      stored += sent.receipt.stored.length;
      refused.push(...sent.receipt.refused);
      most *= 2;
    } else if (spans.length > 1 && (sent.type === 'unfit' || (sent.isAnswer && hasWorked))) {
      most = spans.length / 2;
    } else if (sent.type === 'unfit' && sent.isOurs) {
      const refusal: Refusal = { id: first.id, reason: 'malformed' };
      await settle(queue, spans, { stored: [], refused: [refusal] });
      refused.push(refusal);
    } else {
      error = sent.error;
      pause = { ...pauseAfter(sent, (hasWorked ? 0 : failures) + 1, Date.now(), Math.random), since: sentAt };
      await rest(queue, pause, spans, error);
      const isItsFault = spans.length === 1 && (sent.type === 'unfit' || sent.isAnswer) && !isPassedOver;
      if (!isItsFault) retryInMs = Math.max(1, pause.until - Date.now());
      else answered.add(first.id);
      isPassedOver = true;
    }
  }
  return { stored, refused, waiting: await countWaiting(queue), retryInMs, error };
}

/**
 * Spans in the first request after so many failures in a row: fewer and fewer, so that one that no request with it gets
 * through comes to be alone. Each success doubles it.
 */
function mostAfter(failures: number, queued: number): number {
  return Math.max(1, queued / 2 ** Math.max(0, failures - 2));
}

/** As many of the spans, from the first on, as one request may carry: always one at least. */
function fitting<T extends Span>(spans: readonly T[], most: number): readonly T[] {
  let bytes = 0;
  const end = spans.findIndex((span, nth) => {
    bytes += JSON.stringify(span).length;
    return nth > 0 && (nth >= most || bytes > MAX_DELIVERY_BYTES);
  });
  return end < 0 ? spans : spans.slice(0, end);
}
