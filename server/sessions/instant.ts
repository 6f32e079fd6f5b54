// Times in filters. Pure.

const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Epoch milliseconds of a date, which means its first moment in UTC, or of a time with its offset. Undefined: it is neither, or there is
 * no such day.
 */
export function readInstant(text: string): number | undefined {
  const day = isDate(text) ? text : TIME.exec(text)?.[1];
  if (day === undefined || !isDate(day)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** False for a day like 2026-02-30, which `Date` takes for a day in March. */
export function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}
