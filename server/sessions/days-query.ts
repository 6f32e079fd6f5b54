// Which days the owner asks for. Pure.
import * as v from 'valibot';
import { HttpError } from '../http/http-error.ts';
import { daysOf } from '../store/days.ts';
import type { DaysQuery } from '../store/totals.ts';
import { dayOrInstant, timeZone } from './parameters.ts';
import { readParameters } from './read-parameters.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
/** A leap year, and the days at both ends that lie in it in part. */
const MOST_DAYS = 368;

export const DAYS = { from: v.optional(dayOrInstant), to: v.optional(dayOrInstant), timeZone: v.optional(timeZone) };

/**
 * The last 30 days by default, in UTC by default.
 * @param now epoch milliseconds.
 * @throws HttpError 400 that names the parameter and says what it must be.
 */
export function readDaysQuery(values: Readonly<Record<string, unknown>>, now: number): DaysQuery {
  const { from, to, timeZone: zone = 'UTC' } = readParameters(DAYS, values);
  const toMs = to === undefined ? now : momentOf(to, zone);
  const fromMs = from === undefined ? toMs - (DEFAULT_DAYS - 1) * DAY_MS : momentOf(from, zone);
  if (fromMs >= toMs) throw new HttpError(400, 'to: must be after from');
  if (toMs - fromMs > MOST_DAYS * DAY_MS) throw new HttpError(400, 'from: must be at most a year before to');
  return { fromMs, toMs, timeZone: zone };
}

/** A date means its first moment in the time zone. One that was left out there means the next day. */
function momentOf(day: string | number, zone: string): number {
  if (typeof day === 'number') return day;
  const utcMs = Date.parse(day);
  const around = daysOf({ startMs: utcMs - DAY_MS, endMs: utcMs + 2 * DAY_MS }, zone);
  return around.find((one) => one.day >= day)?.startMs ?? utcMs;
}
