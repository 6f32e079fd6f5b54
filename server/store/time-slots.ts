// Quarters of an hour, from which the days of any time zone are added up: the offset of each zone that is in use is a
// multiple of a quarter. Pure.
import type { Interval } from './reading-time.ts';

export const SLOT_MS = 15 * 60_000;

/** The quarter of an hour in which `ms` lies, counted from the epoch. */
export function slotOf(ms: number): number {
  return Math.floor(ms / SLOT_MS);
}

/** Calls `add` with each slot that the interval touches, and how much of it lies there. */
export function cutAtSlots({ startMs, endMs }: Interval, add: (slot: number, ms: number) => void): void {
  for (let fromMs = startMs; fromMs < endMs;) {
    const slot = slotOf(fromMs);
    const toMs = Math.min(endMs, (slot + 1) * SLOT_MS);
    add(slot, toMs - fromMs);
    fromMs = toMs;
  }
}
