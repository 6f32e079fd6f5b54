// Converts times from the device's clock to the server's. Pure. A wrong device clock changes nothing in the record. If
// the clock is set while spans are queued, a span's position in time can be wrong, but never its length.
import type { Interval } from './reading-time.ts';

/** A smaller increase in the difference doesn't mean that the clock was set: a request can take 20 s. */
export const LONGEST_TRANSIT_MS = 30_000;

/** A span can lie this far outside the window without a change of the clock. */
const TOLERANCE_MS = 1_000;

/** What the deliveries of a session have revealed about its device's clock. */
export interface DeviceClock {
  /** Server's clock minus device's clock; null before the first delivery. */
  readonly offsetMs: number | null;
  /**
   * The offset before the clock was last set, or one computed from spans of that time; null if the clock was never set.
   */
  readonly formerOffsetMs: number | null;
}

/** After the first delivery. */
export interface KnownClock extends DeviceClock {
  readonly offsetMs: number;
}

/**
 * Updates the clock with a delivery. The observed difference includes the time in transit, which would move ends too
 * late on a slow network. Therefore the smallest difference of the session counts, until a difference is so much larger
 * or smaller that the clock must have been set.
 * @param observedMs server's clock at receipt minus device's clock at sending.
 */
export function observeClock(clock: DeviceClock, observedMs: number): KnownClock {
  const { offsetMs } = clock;
  if (offsetMs === null) return { ...clock, offsetMs: observedMs };
  if (Math.abs(observedMs - offsetMs) > LONGEST_TRANSIT_MS) return { offsetMs: observedMs, formerOffsetMs: offsetMs };
  return { ...clock, offsetMs: Math.min(observedMs, offsetMs) };
}

/** The first known offset that puts the span inside the window; undefined if none does. */
export function findOffset(clock: DeviceClock, span: Interval, window: Interval): number | undefined {
  return [clock.offsetMs, clock.formerOffsetMs]
    .filter((offset) => offset !== null)
    .find(
      (offset) =>
        span.startMs + offset >= window.startMs - TOLERANCE_MS && span.endMs + offset <= window.endMs + TOLERANCE_MS,
    );
}

/**
 * Computes an offset for spans that fit no known one, because the clock was set before they were delivered. All are
 * moved together, as little as possible, so that their lengths and gaps stay the same.
 * @param spans at least one, of one session and delivery, on the device's clock.
 */
export function workOutOffset(offsetMs: number, spans: readonly Interval[], window: Interval): number {
  const startMs = Math.min(...spans.map((span) => span.startMs)) + offsetMs;
  const endMs = Math.max(...spans.map((span) => span.endMs)) + offsetMs;
  const movedMs = startMs < window.startMs ? window.startMs - startMs : Math.min(0, window.endMs - endMs);
  // The offset is stored, and device times can be anything in the range of a Date.
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, offsetMs + movedMs));
}
