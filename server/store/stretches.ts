// The union of a session's spans, kept as stretches that neither overlap nor touch, so that a span costs the same however many
// there are. The last stretch stands in the session's own row: reading that goes on only moves its end. Pure.
import type { Interval } from './reading-time.ts';

/** Stretches that lie together: from the first one's start to the last one's end, and what they cover of that. */
export interface Stretches extends Interval {
  readonly coveredMs: number;
}

export interface StretchChange {
  /** What the span added to the union, milliseconds. */
  readonly addedMs: number;
  /** The session's last stretch from now on. */
  readonly last: Interval;
  /** A stretch before the last one, in the place of those that were touched. */
  readonly put: Interval | undefined;
}

/** The span neither overlaps nor touches a stretch before the last one, so none of those has to be looked up. */
export function isAfterAll(span: Interval, last: Interval | undefined): boolean {
  return last === undefined || span.startMs >= last.startMs;
}

/**
 * What `span` changes.
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
