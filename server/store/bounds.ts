// Bounds a span: it lies within its session and not in the future. Pure.
import type { Interval } from './reading-time.ts';

/** Smaller steps of a server's clock are those of a clock that is kept right; clocks of several servers differ by less, too. */
export const SMALLEST_STEP_MS = 10_000;

/** A span received this long after its end counts as late. */
export const LATE_MS = 60_000;

/** If times had to be moved by more than this, the device's clock was wrong. */
const CLAMPED_MS = 1_000;

export interface BoundedSpan extends Interval {
  readonly isLate: boolean;
  readonly isClamped: boolean;
}

/**
 * The interval in which a session's spans can lie: from its start to the receipt. If the server's clock was set back,
 * nothing ends before the session's start.
 */
export function windowOf(sessionStartMs: number, receivedMs: number): Interval {
  return { startMs: sessionStartMs, endMs: Math.max(sessionStartMs, receivedMs) };
}

/** Moves the whole span into the window and keeps its length. Cuts it only if it is longer than the window. */
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
