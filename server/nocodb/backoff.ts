// How long something that NocoDB did not take rests before it is tried again. Pure.
import { backoffMs } from '../outbox/rest.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** Milliseconds to wait after so many tries. */
export type Patience = (tries: number) => number;

export interface Patiences {
  /** For a row of which nothing can be written. */
  readonly row: Patience;
  /** For a value, or a column, without which the row is shown. */
  readonly value: Patience;
}

export const USUAL: Patiences = {
  row: (tries) => backoffMs(tries, SECOND_MS, HOUR_MS / 6),
  value: (tries) => backoffMs(tries, 5 * SECOND_MS, 6 * HOUR_MS),
};
/** Under a month's limit each try costs a request that another row could have had. */
export const FRUGAL: Patiences = {
  row: (tries) => backoffMs(tries, 6 * HOUR_MS, 8 * DAY_MS),
  value: (tries) => backoffMs(tries, DAY_MS, 8 * DAY_MS),
};
