// The union of a session's spans as disjoint stretches, so that a span's cost doesn't depend on how many there are. The
// last stretch is in the session's own row: continued reading only moves its end. Pure.
import type { Interval } from './reading-time.ts';

/** Adjacent stretches combined: first start, last end, and the milliseconds that they cover. */
export interface Stretches extends Interval {
  readonly coveredMs: number;
}

export interface StretchChange {
  /** Milliseconds that the span added to the union. */
  readonly addedMs: number;
  /** The session's new last stretch. */
  readonly last: Interval;
  /** The stretch to insert before the last one; it replaces those that were touched. */
  readonly put: Interval | undefined;
}

/** True if the span touches no stretch before the last one, so that none needs to be loaded. */
export function isAfterAll(span: Interval, last: Interval | undefined): boolean {
  return last === undefined || span.startMs >= last.startMs;
}

/**
 * Computes the changes that `span` causes.
 * @param last undefined before the first span.
 * @param touched the stretches before the last one that the span overlaps or touches; undefined: none.
 */
export function addSpan(span: Interval, last: Interval | undefined, touched: Stretches | undefined): StretchChange {
  if (!last) return { addedMs: lengthOf(span), last: span, put: undefined };
  const isOnLast = span.endMs >= last.startMs && span.startMs <= last.endMs;
  const joined = [span, ...(touched ? [touched] : []), ...(isOnLast ? [last] : [])];
  const merged = {
    startMs: Math.min(...joined.map(({ startMs }) => startMs)),
    endMs: Math.max(...joined.map(({ endMs }) => endMs)),
  };
  const addedMs = lengthOf(merged) - (touched?.coveredMs ?? 0) - (isOnLast ? lengthOf(last) : 0);
  if (isOnLast) return { addedMs, last: merged, put: undefined };
  return span.startMs > last.endMs ? { addedMs, last: merged, put: last } : { addedMs, last, put: merged };
}

function lengthOf({ startMs, endMs }: Interval): number {
  return endMs - startMs;
}
