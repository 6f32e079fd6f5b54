// From the device's clock to the server's. Pure. A wrong device clock changes nothing in the record; one that is set while spans
// wait may cost the place of a span in time, but never its length.
import type { Interval } from './reading-time.ts';

/** A device's clock can't have been set if the difference grew by less: a request may be under way for 20 s. */
export const LONGEST_TRANSIT_MS = 30_000;

/** Spans may lie outside of what can be true by so much without a clock having been set. */
const TOLERANCE_MS = 1_000;

/** What deliveries have shown of a session's device. */
export interface DeviceClock {
  /** How far the server's clock is ahead of the device's; null before the first delivery. */
  readonly offsetMs: number | null;
  /** The same before the clock was last set, or worked out from spans of that time; null: never. */
  readonly formerOffsetMs: number | null;
}

/**
 * What a delivery adds. It shows the difference of the clocks with its time in transit on top, which would carry ends beyond
 * the truth on a slow network: so the smallest difference that the session has shown counts, until one is so much larger or
 * smaller that the clock must have been set.
 * @param observedMs server's clock at the receipt less device's clock at the sending.
 */
export function observeClock(clock: DeviceClock, observedMs: number): DeviceClock {
  const { offsetMs } = clock;
  if (offsetMs === null) return { ...clock, offsetMs: observedMs };
  if (Math.abs(observedMs - offsetMs) > LONGEST_TRANSIT_MS) return { offsetMs: observedMs, formerOffsetMs: offsetMs };
  return observedMs < offsetMs ? { ...clock, offsetMs: observedMs } : clock;
}

/** The first of the clock's offsets by which the span lies where it can be true; undefined: none does. */
export function findOffset(clock: DeviceClock, span: Interval, window: Interval): number | undefined {
  return [clock.offsetMs, clock.formerOffsetMs]
    .filter((offset) => offset !== null)
    .find(
      (offset) =>
        span.startMs + offset >= window.startMs - TOLERANCE_MS && span.endMs + offset <= window.endMs + TOLERANCE_MS,
    );
}

/**
 * An offset for spans that no known one fits: their clock was set before they were delivered. They are moved together, as little
 * as possible, so that their lengths and the gaps between them stay.
 * @param spans of one session and delivery, one at least; times as the device says them.
 */
export function workOutOffset(offsetMs: number, spans: readonly Interval[], window: Interval): number {
  const startMs = Math.min(...spans.map((span) => span.startMs)) + offsetMs;
  const endMs = Math.max(...spans.map((span) => span.endMs)) + offsetMs;
  const movedMs = startMs < window.startMs ? window.startMs - startMs : Math.min(0, window.endMs - endMs);
  // It is stored, and the times of a device may be any that a Date can say.
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, offsetMs + movedMs));
}
