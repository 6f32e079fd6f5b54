// Waiting times after consecutive failures. Pure.
const FIRST_MS = 1_000;
const MOST_MS = 60_000;
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** `firstMs`, doubled with each failure, at most `mostMs`. No jitter: one server calls one NocoDB. */
export function backoffMs(failures: number, firstMs = FIRST_MS, mostMs = MOST_MS): number {
  return Math.min(mostMs, firstMs * 2 ** (failures - 1));
}

/** The time to wait, given how many times NocoDB has rejected something. */
export type Patience = (tries: number) => number;

export interface Patiences {
  /** For a row of which nothing can be written. */
  readonly row: Patience;
  /** For a value or column that is omitted while the rest of the row is written. */
  readonly value: Patience;
}

export const USUAL: Patiences = {
  row: (tries) => backoffMs(tries, FIRST_MS, HOUR_MS / 6),
  value: (tries) => backoffMs(tries, 5 * FIRST_MS, 6 * HOUR_MS),
};
/** With a monthly limit, each retry uses a request that another row needs. */
export const FRUGAL: Patiences = {
  row: (tries) => backoffMs(tries, 6 * HOUR_MS, 8 * DAY_MS),
  value: (tries) => backoffMs(tries, DAY_MS, 8 * DAY_MS),
};
