// What a clock on the owner's wall shows: for quiet hours, and for the time of the digest. Pure.

const DAY_MS = 24 * 60 * 60_000;

/** Minutes of the day, from and to. Where `from` is later than `to`, midnight lies between them. */
export interface QuietHours {
  readonly fromMinute: number;
  readonly toMinute: number;
}

interface LocalTime {
  /** Like `2026-11-24`, so that later dates are larger. */
  readonly date: string;
  readonly minute: number;
}

/** @param now epoch milliseconds. */
export function isQuiet(now: number, hours: QuietHours | undefined, timeZone: string): boolean {
  if (!hours) return false;
  const { fromMinute, toMinute } = hours;
  const { minute } = readClock(now, timeZone);
  if (fromMinute < toMinute) return minute >= fromMinute && minute < toMinute;
  return minute >= fromMinute || minute < toMinute;
}

/** The last date, `now` or earlier, on which that minute of the day has come. */
export function lastDateWith(minuteOfDay: number, now: number, timeZone: string): string {
  const { date, minute } = readClock(now, timeZone);
  if (minute >= minuteOfDay) return date;
  return new Date(Date.parse(date) - DAY_MS).toISOString().slice(0, date.length);
}

function readClock(now: number, timeZone: string): LocalTime {
  const [date = '', time = ''] = new Date(now).toLocaleString('sv-SE', { timeZone }).split(' ');
  const [hour, minute] = time.split(':').map(Number);
  return { date, minute: (hour ?? 0) * 60 + (minute ?? 0) };
}
