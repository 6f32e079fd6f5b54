// How long to rest after a failure in a row of them. Pure.
const FIRST_MS = 1_000;
const MOST_MS = 60_000;

/** 1 s, doubled with each failure, a minute at most. One server asks one NocoDB: no crowd, so no jitter. */
export function backoffMs(failures: number): number {
  return Math.min(MOST_MS, FIRST_MS * 2 ** (failures - 1));
}
