// What can be true of a span: it lies within its session and not in the future. Pure.
import type { Interval } from './reading-time.ts';

/** A span came by replay when it is received this long after its end. */
const LATE_MS = 60_000;

/** Times that had to be moved further than this were on a clock that can't have been right. */
const CLAMPED_MS = 1_000;

export interface BoundedSpan extends Interval {
  readonly isLate: boolean;
  readonly isClamped: boolean;
}

/**
 * When anything of a session can have happened: from its start to the receipt. Where the server's own clock was set back, nothing
 * ends before the session began.
 */
export function windowOf(sessionStartMs: number, receivedMs: number): Interval {
  return { startMs: sessionStartMs, endMs: Math.max(sessionStartMs, receivedMs) };
}

/** The span moved into the window as a whole, its length kept; cut only where it is longer than the window. */
export function boundSpan(span: Interval, window: Interval, receivedMs: number): BoundedSpan {
  const moved = span.startMs < window.startMs ? window.startMs - span.startMs : Math.min(0, window.endMs - span.endMs);
  const startMs = Math.max(window.startMs, span.startMs + moved);
  const endMs = Math.min(window.endMs, span.endMs + moved);
  return {
    startMs,
    endMs,
    isLate: receivedMs - endMs > LATE_MS,
    isClamped: Math.max(Math.abs(startMs - span.startMs), Math.abs(endMs - span.endMs)) > CLAMPED_MS,
  };
}
