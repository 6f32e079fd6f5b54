// Refuses deliveries while more wait for the store than it can take in soon. A refused device is told when its turn may come, so
// that devices which came back at once don't do so again. Measured: docs/internals/benchmarks.md, "A storm".
import { HttpError } from '../http/http-error.ts';

export interface LoadLimits {
  /** Size of all deliveries that may wait for the store, in bytes. */
  readonly maxBytes: number;
  /** How long the first of them may have waited, in milliseconds. */
  readonly maxWaitMs: number;
}

export interface LoadShedder {
  /**
   * Call it before a body is read.
   * @throws HttpError 503 with `Retry-After` while too much waits.
   */
  refuseIfBusy(): void;
  /** Counts the body as waiting until `store` is done. */
  whileWaiting<Result>(bytes: number, store: () => Promise<Result>): Promise<Result>;
}

const SOONEST_MS = 1_000;
const LATEST_MS = 60_000;
/** Deliveries a second that any machine stores, for before the rate is measured. */
const LEAST_RATE = 200;
/** Over so long the rate of deliveries is measured. */
const MEASURED_MS = 1_000;

/**
 * @param now milliseconds of a clock that is never set.
 * @param noteRefusal called for each refusal.
 */
export function createLoadShedder(limits: LoadLimits, now: () => number, noteRefusal: () => void): LoadShedder {
  /** In the order in which they came. */
  const waiting = new Set<{ readonly sinceMs: number }>();
  let bytesWaiting = 0;
  const rate = measureRate(now);
  let lastTurnMs = 0;

  const isBusy = (): boolean => {
    const [first] = waiting;
    return bytesWaiting > limits.maxBytes || (first !== undefined && now() - first.sinceMs > limits.maxWaitMs);
  };
  /** Refused devices get turns one after the other, as fast as deliveries were stored lately. */
  const nextTurnMs = (): number => {
    const soonestMs = now() + SOONEST_MS;
    lastTurnMs = Math.max(soonestMs, lastTurnMs + 1_000 / Math.max(LEAST_RATE, rate.aSecond()));
    // More devices than turns within the minute: they are spread over it.
    if (lastTurnMs > now() + LATEST_MS) return soonestMs + Math.random() * (LATEST_MS - SOONEST_MS);
    return lastTurnMs;
  };
  return {
    refuseIfBusy: () => {
      if (!isBusy()) return;
      noteRefusal();
      throw new HttpError(503, 'Too many deliveries at once; send it again later', {
        retryAfterSeconds: Math.ceil((nextTurnMs() - now()) / 1_000),
        isLogged: true,
      });
    },
    whileWaiting: async (bytes, store) => {
      const one = { sinceMs: now() };
      waiting.add(one);
      bytesWaiting += bytes;
      try {
        return await store();
      } finally {
        waiting.delete(one);
        bytesWaiting -= bytes;
        rate.count();
      }
    },
  };
}

/** How often something happened, by the last whole {@link MEASURED_MS}. */
function measureRate(now: () => number): { count(): void; aSecond(): number } {
  let sinceMs = now();
  let count = 0;
  let aSecond = 0;
  return {
    count: () => {
      count++;
      const tookMs = now() - sinceMs;
      if (tookMs < MEASURED_MS) return;
      aSecond = (count * 1_000) / tookMs;
      sinceMs = now();
      count = 0;
    },
    aSecond: () => aSecond,
  };
}
