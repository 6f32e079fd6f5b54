// queue → request → receipt → queue, until the queue is empty. Page and worker deliver alike, one at a time per device.
// batch.ts decides what to send, how long to pause and when to stop. Only the server's receipt removes a span.
import type { Refusal } from '../protocol/delivery.ts';
import type { DeliveryOutcome, Trigger } from '../protocol/messages.ts';
import { judge, nextBatch, startPlan } from './batch.ts';
import { withDeliveryLock } from './delivery-lock.ts';
import {
  acknowledge,
  countWaiting,
  dropOldRefused,
  endPause,
  oldestSpans,
  postpone,
  readPause,
} from './delivery-queue.ts';
import { emit } from './events.ts';
import type { SpanQueue } from './queue.ts';
import { sendDelivery } from './send-delivery.ts';

/** Pause after a bug of ours, which the next try is unlikely to avoid. */
const BUG_PAUSE_MS = 60_000;

/** Which spans go next, and how a request is sent. The inspector has means of its own (client/inspector/try-delivery.ts). */
export interface DeliveryMeans {
  readonly next: typeof oldestSpans;
  readonly send: typeof sendDelivery;
}

const MEANS: DeliveryMeans = { next: oldestSpans, send: sendDelivery };

/**
 * Delivers the queue, oldest spans first, unless a pause forbids it. Waits for a delivery that another page or the worker
 * has under way. Resolves with the outcome; never rejects.
 * @param nextBeatMs milliseconds until the page's next beat.
 */
export async function deliver(
  queue: SpanQueue,
  trigger: Trigger,
  nextBeatMs?: number,
  means = MEANS,
): Promise<DeliveryOutcome> {
  const askedAt = Date.now();
  const outcome = await withDeliveryLock(() => deliverAll(queue, trigger, askedAt, nextBeatMs, means)).catch(
    async (error: unknown): Promise<DeliveryOutcome> => ({
      stored: 0,
      refused: [],
      waiting: await countWaiting(queue).catch(() => 0),
      retryInMs: BUG_PAUSE_MS,
      error: `own mistake: ${String(error)}`,
    }),
  );
  emit({ type: 'delivered', trigger, outcome });
  return outcome;
}

async function deliverAll(
  queue: SpanQueue,
  trigger: Trigger,
  askedAt: number,
  nextBeatMs: number | undefined,
  { next, send }: DeliveryMeans,
): Promise<DeliveryOutcome> {
  const refused: Refusal[] = [];
  let stored = 0;
  let serverNow: number | undefined;
  let error: string | undefined;
  const pause = await readPause(queue);
  let plan = startPlan(pause, trigger, askedAt, Date.now());
  while (plan.retryInMs === 0) {
    const batch = nextBatch(plan, await next(queue));
    ({ plan } = batch);
    const { spans } = batch;
    if (spans.length === 0) break;

    const sentAt = Date.now();
    const sent = await send(spans, pause !== undefined, nextBeatMs);
    emit({ type: 'sent', spans, sentAt, sent });
    if (sent.type === 'receipt') serverNow = sent.receipt.now;

    const at = { sentAt, now: Date.now(), random: Math.random, isOnline: navigator.onLine };
    const verdict = judge(plan, spans, sent, at);
    ({ plan } = verdict);
    const { settled, failure, endsPause } = verdict;
    if (settled) {
      await acknowledge(queue, spans, settled);
      stored += settled.stored.length;
      refused.push(...settled.refused);
    }
    if (endsPause) await endPause(queue);
    if (failure) {
      ({ error } = failure);
      await postpone(queue, failure.pause, spans, error);
    }
  }
  await dropOldRefused(queue);
  const waiting = await countWaiting(queue);
  const { retryInMs } = plan;
  return { stored, refused, waiting, retryInMs, error, serverNow, storageTrouble: queue.trouble };
}
