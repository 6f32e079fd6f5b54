// queue → send → receipt → queue, until the queue is empty. Page and worker deliver alike, one at a time per device.
// What to send next, and when to stop, is decided in next-delivery.ts. Nothing removes a span but the server's word.
import { announce } from './events.ts';
import { pauseAfter, waitMs, type Trigger } from './backoff.ts';
import { learn, nextSpans, setOut, type Course } from './batch.ts';
import type { Refusal } from '../protocol/delivery.ts';
import type { SpanQueue } from './queue.ts';
import { send } from './read-response.ts';
import { takeTurn } from './delivery-lock.ts';
import { countWaiting, endPause, forgetRefused, oldest, readPause, rest, settle } from './delivery-queue.ts';

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
  /** The server's clock, as its last receipt tells it: epoch milliseconds. */
  readonly serverNow?: number | undefined;
  /** Why spans could not be written where the delivery was made, so that some are in its memory only. */
  readonly storageTrouble?: string | undefined;
}

/** After a mistake of ours, which the next try will hardly mend. */
const MISTAKE_MS = 60_000;

/**
 * Delivers what is queued, oldest first, unless a pause forbids it; resolves with what it came to and never rejects.
 * Waits for a delivery that another page or the worker has under way.
 */
export async function deliver(queue: SpanQueue, trigger: Trigger): Promise<Outcome> {
  const askedAt = Date.now();
  const outcome = await takeTurn(() => deliverAll(queue, trigger, askedAt)).catch(
    async (error: unknown): Promise<Outcome> => ({
      stored: 0,
      refused: [],
      waiting: await countWaiting(queue).catch(() => 0),
      retryInMs: MISTAKE_MS,
      error: `own mistake: ${String(error)}`,
    }),
  );
  announce({ type: 'delivered', trigger, outcome });
  return outcome;
}

async function deliverAll(queue: SpanQueue, trigger: Trigger, askedAt: number): Promise<Outcome> {
  const refused: Refusal[] = [];
  let stored = 0;
  let serverNow: number | undefined;
  let error: string | undefined;
  let course: Course | undefined;
  const before = await readPause(queue);
  let pause = before;
  let restMs = 0;
  // A request that was sent while this one waited for its turn has tried for it, too: no crowd tries, each of it. One that
  // hung since before hasn't.
  const isTried = pause && pause.since > askedAt && pause.since <= Date.now();
  let retryInMs = waitMs(pause, isTried ? 'beat' : trigger, Date.now());
  while (retryInMs === 0) {
    const queued = await oldest(queue);
    course ??= setOut(before?.failures ?? 0, queued.length);
    const spans = nextSpans(course, queued);
    if (spans.length === 0) {
      if (course.isPassedOver) retryInMs = restMs;
      break;
    }
    const sentAt = Date.now();
    const sent = await send(spans);
    announce({ type: 'sent', spans, sentAt, sent });
    if (sent.type === 'receipt') serverNow = sent.receipt.now;
    const lesson = learn(course, spans, sent);
    // The first success ends even a pause that the storage didn't let us read.
    const endsPause = sent.type === 'receipt' && (pause !== undefined || !course.hasWorked);
    course = lesson.course;
    if (lesson.word) {
      await settle(queue, spans, lesson.word);
      stored += lesson.word.stored.length;
      refused.push(...lesson.word.refused);
    }
    if (endsPause) {
      await endPause(queue);
      pause = undefined;
    } else if (lesson.error) {
      error = lesson.error;
      const last = course.hasWorked ? undefined : before;
      // `onLine` is never a reason not to try, but one to try less often; its `online` ends that.
      const failure = sent.type === 'failed' ? sent : {};
      const now = Date.now();
      const next = pauseAfter(failure, last, now, Math.random, navigator.onLine);
      // Not the difference of two readings with an `await` between them: the clock may be set meanwhile.
      restMs = Math.max(1, next.until - now);
      pause = { ...next, since: sentAt };
      await rest(queue, pause, spans, error);
      if (lesson.isOver) retryInMs = restMs;
    }
  }
  await forgetRefused(queue);
  const waiting = await countWaiting(queue);
  return { stored, refused, waiting, retryInMs, error, serverNow, storageTrouble: queue.trouble };
}
