// What can be true of a span: it lies within its session and not in the future. Pure.
import type { Interval } from '../sessions/reading-time.ts';

/** A span came by replay when it is received this long after its end. */
const LATE_MS = 60_000;

/** Times that had to be moved further than this were on a clock that can't have been right. */
const CLAMPED_MS = 1_000;

export interface BoundedSpan extends Interval {
  readonly isLate: boolean;
  readonly isClamped: boolean;
}

/**
 * The span within `[start of the session, receipt]`. Where a device's clock was set in between, this bounds the damage; where
 * the server's own was set back, nothing ends before its session began.
 */
export function boundSpan({ startMs, endMs }: Interval, sessionStartMs: number, receivedMs: number): BoundedSpan {
  const latestMs = Math.max(sessionStartMs, receivedMs);
  const bound = (ms: number): number => Math.min(Math.max(ms, sessionStartMs), latestMs);
  const bounded = { startMs: bound(startMs), endMs: bound(endMs) };
  return {
    ...bounded,
    isLate: receivedMs - bounded.endMs > LATE_MS,
    isClamped: Math.max(Math.abs(bounded.startMs - startMs), Math.abs(bounded.endMs - endMs)) > CLAMPED_MS,
  };
}
