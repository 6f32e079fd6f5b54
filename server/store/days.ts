// The days of a time zone. Pure.
import type { Interval } from './reading-time.ts';
import { SLOT_MS, slotOf } from './time-slots.ts';

const HOUR_MS = 3_600_000;
/** From the start of a day, which has 23 to 25 hours, this leads into the next one. */
const INTO_NEXT_DAY_MS = 26 * HOUR_MS;
const TWO_DAYS_OF_SLOTS = (48 * HOUR_MS) / SLOT_MS;

export interface Day extends Interval {
  /** Like `2026-11-24`. */
  readonly day: string;
}

/** @returns false if there is no such time zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

/** The days that touch the interval, in order. A day can be longer or shorter than 24 hours. */
export function daysOf({ startMs, endMs }: Interval, timeZone: string): readonly Day[] {
  // The Swedish format is ISO 8601.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const days: Day[] = [];
  let [day, fromMs] = [format.format(startMs), startOf(format, startMs)];
  while (fromMs < endMs) {
    const toMs = startOf(format, fromMs + INTO_NEXT_DAY_MS);
    const next = format.format(toMs);
    days.push({ day, startMs: fromMs, endMs: toMs });
    [day, fromMs] = [next, toMs];
  }
  return days;
}

/** The start of the day in which `ms` lies. Offsets change at quarters of an hour. */
function startOf(format: Intl.DateTimeFormat, ms: number): number {
  const day = format.format(ms);
  let inside = slotOf(ms);
  let outside = inside - TWO_DAYS_OF_SLOTS;
  while (inside - outside > 1) {
    const middle = Math.floor((inside + outside) / 2);
    if (format.format(middle * SLOT_MS) === day) inside = middle;
    else outside = middle;
  }
  return inside * SLOT_MS;
}
