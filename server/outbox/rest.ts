// How long a consumer rests after failures in a row. One server tells one receiver, so there is no crowd, and no jitter.

const FIRST_MS = 1_000;
const MOST_MS = 60_000;

/** `firstMs`, doubled with each failure, `mostMs` at most. */
export function backoffMs(failures: number, firstMs = FIRST_MS, mostMs = MOST_MS): number {
  return Math.min(mostMs, firstMs * 2 ** (failures - 1));
}

export class Rest {
  readonly #now: () => number;
  readonly #mostMs: number | undefined;
  #failures = 0;
  #until = -Infinity;

  /**
   * @param now milliseconds of the monotonic clock.
   * @param mostMs the longest rest after failures; by default a minute.
   */
  constructor(now: () => number, mostMs?: number) {
    this.#now = now;
    this.#mostMs = mostMs;
  }

  /** Milliseconds until the rest is over; 0 or less: nothing rests. */
  get remainingMs(): number {
    return this.#until - this.#now();
  }

  /**
   * Rests after a failure.
   * @param atLeastMs what the receiver asked for.
   * @param hasBackoff false: no longer than that.
   */
  fail(atLeastMs = 0, hasBackoff = true): void {
    this.#failures++;
    this.pause(Math.max(atLeastMs, hasBackoff ? backoffMs(this.#failures, undefined, this.#mostMs) : 0));
  }

  /** Rests without a failure, as when a limit is used up. */
  pause(ms: number): void {
    this.#until = this.#now() + ms;
  }

  succeed(): void {
    this.#failures = 0;
  }
}
