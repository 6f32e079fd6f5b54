// What the next request of a delivery contains, and what follows from its result: which spans leave the queue, how long the
// device pauses, when the delivery ends. Pure: it reads no clock and touches neither queue nor network.
import type { Receipt, Span } from '../protocol/delivery.ts';
import { MAX_DELIVERY_BYTES } from '../protocol/limits.ts';
import type { DeliveryResult, Trigger } from '../protocol/messages.ts';
import { pauseAfter, waitMs, type Pause } from './backoff.ts';

/** The state of one delivery. */
export interface Plan {
  /** Milliseconds until the device may try again; above 0 the delivery is over. */
  readonly retryInMs: number;
  /** The pause that an earlier delivery left, until something works. */
  readonly pause: Pause | undefined;
  /** Number of spans in the next request, at most; undefined before the first request. */
  readonly maxSpans: number | undefined;
  /** Ids not to be sent again in this delivery: the span that is being read grows meanwhile. */
  readonly answered: ReadonlySet<string>;
  /** A request of this delivery has worked, so one that fails may fail because of its content. */
  readonly hasWorked: boolean;
  /** A span that fails alone is skipped for now: one span, until a request works. */
  readonly hasSkipped: boolean;
  /** The pause that the last failure asked for, in milliseconds. */
  readonly pauseMs: number;
}

/** What follows from the result of a request. */
export interface Verdict {
  readonly plan: Plan;
  /** The spans that leave the queue: as the server's receipt says, or a span that it can't read, by our own decision. */
  readonly settled?: Pick<Receipt, 'stored' | 'refused'>;
  /** The pause to write down, with the error for the spans that were sent. */
  readonly failure?: { readonly pause: Pause; readonly error: string };
  /** The pause that is written down is over. */
  readonly endsPause?: boolean;
}

/** When a request was sent and answered, and what else decides how long to pause after it. Times are epoch milliseconds. */
export interface Circumstances {
  readonly sentAt: number;
  readonly now: number;
  readonly random: () => number;
  readonly isOnline: boolean;
}

/**
 * Starts a delivery.
 * @param askedAt when it was asked for. If another delivery has failed since, this one has been tried with it: deliveries
 * that waited for the lock don't each try again. A request that has hung since before does not count.
 */
export function startPlan(pause: Pause | undefined, trigger: Trigger, askedAt: number, now: number): Plan {
  const isTried = pause && pause.since > askedAt && pause.since <= now;
  return {
    retryInMs: waitMs(pause, isTried ? 'beat' : trigger, now),
    pause,
    maxSpans: undefined,
    answered: new Set(),
    hasWorked: false,
    hasSkipped: false,
    pauseMs: 0,
  };
}

/**
 * Chooses the next request's spans: the first of those queued; none when the delivery is over.
 * The more failures preceded it, the fewer spans the first request contains, so that a span which makes every request fail
 * is soon sent alone.
 */
export function nextBatch<T extends Span>(before: Plan, queued: readonly T[]): { plan: Plan; spans: readonly T[] } {
  const maxSpans = before.maxSpans ?? Math.max(1, queued.length / 2 ** Math.max(0, (before.pause?.failures ?? 0) - 2));
  const plan: Plan = { ...before, maxSpans };
  const left = queued.filter(({ id }) => !plan.answered.has(id));
  if (left.length === 0) return { plan: plan.hasSkipped ? { ...plan, retryInMs: plan.pauseMs } : plan, spans: [] };
  let bytes = 0;
  const end = left.findIndex((span, nth) => {
    bytes += JSON.stringify(span).length;
    return nth > 0 && (nth >= maxSpans || bytes > MAX_DELIVERY_BYTES);
  });
  return { plan, spans: end < 0 ? left : left.slice(0, end) };
}

/** Decides what follows from the result of a request with these spans, at least one. */
export function judge(plan: Plan, spans: readonly Span[], result: DeliveryResult, at: Circumstances): Verdict {
  const { hasWorked, hasSkipped } = plan;
  const ids = spans.map(({ id }) => id);
  const answered = new Set([...plan.answered, ...ids]);
  if (result.type === 'receipt')
    return {
      plan: {
        ...plan,
        maxSpans: (plan.maxSpans ?? spans.length) * 2,
        answered,
        hasWorked: true,
        hasSkipped: false,
        pause: undefined,
      },
      settled: result.receipt,
      // The first success ends even a pause that could not be read.
      endsPause: hasSkipped || !hasWorked,
    };
  const isRejected = result.type === 'rejected-body';
  if (spans.length > 1 && (isRejected || (result.isAnswer && hasWorked)))
    return { plan: { ...plan, maxSpans: spans.length / 2 } };
  if (isRejected && result.isStillhere)
    return { plan, settled: { stored: [], refused: ids.map((id) => ({ id, reason: 'malformed' })) } };
  const skips = spans.length === 1 && (isRejected || result.isAnswer) && !hasSkipped;
  // `onLine` is a reason to try less often, never one not to try; the `online` event ends such a pause.
  const next = pauseAfter(isRejected ? {} : result, plan.pause, at.now, at.random, at.isOnline);
  // One reading of the clock: it may be set between two.
  const pauseMs = Math.max(1, next.until - at.now);
  return {
    plan: {
      ...plan,
      answered: skips ? answered : plan.answered,
      hasSkipped: true,
      pauseMs,
      retryInMs: skips ? 0 : pauseMs,
    },
    failure: { pause: { ...next, since: at.sentAt }, error: result.error },
  };
}
