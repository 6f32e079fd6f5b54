// How long to rest after a failure in a row of them. Pure.
const FIRST_MS = 1_000;
const MOST_MS = 60_000;
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** `firstMs`, doubled with each failure, `mostMs` at most. One server asks one NocoDB: no crowd, so no jitter. */
export function backoffMs(failures: number, firstMs = FIRST_MS, mostMs = MOST_MS): number {
  return Math.min(mostMs, firstMs * 2 ** (failures - 1));
}

/** How long something rests that NocoDB did not take so many times. */
export type Patience = (tries: number) => number;

export interface Patiences {
  /** A row of which nothing can be written. */
  readonly row: Patience;
  /** A value, or a column, without which the row is shown. */
  readonly value: Patience;
}

export const USUAL: Patiences = {
  row: (tries) => backoffMs(tries, FIRST_MS, HOUR_MS / 6),
  value: (tries) => backoffMs(tries, 5 * FIRST_MS, 6 * HOUR_MS),
};
/** Under a month's limit each try costs what another row could have had. */
export const FRUGAL: Patiences = {
  row: (tries) => backoffMs(tries, 6 * HOUR_MS, 8 * DAY_MS),
  value: (tries) => backoffMs(tries, DAY_MS, 8 * DAY_MS),
};
