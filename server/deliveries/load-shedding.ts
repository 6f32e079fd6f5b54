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
/** Deliveries a second that any machine stores. */
const LEAST_RATE = 200;
/** The same of most machines. A device that comes too early costs a refusal; one that comes too late, time in which nothing is stored. */
const ASSUMED_RATE = 1_000;
/** The rate of deliveries is the best of so many intervals of this length. */
const INTERVALS = 5;
const INTERVAL_MS = 1_000;

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
  let lastRefusalMs = -Infinity;

  const isBusy = (): boolean => {
    const [first] = waiting;
    return bytesWaiting > limits.maxBytes || (first !== undefined && now() - first.sinceMs > limits.maxWaitMs);
  };
  /** Refused devices get turns one after the other, as fast as deliveries are stored. */
  const nextTurnMs = (): number => {
    if (now() - lastRefusalMs > LATEST_MS) rate.forget();
    lastRefusalMs = now();
    const soonestMs = now() + SOONEST_MS;
    lastTurnMs = Math.max(soonestMs, lastTurnMs + 1_000 / rate.aSecond());
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

interface Rate {
  count(): void;
  aSecond(): number;
  /** Begins anew, because what was measured is of another crowd. */
  forget(): void;
}

/**
 * How many deliveries are stored a second. The best of the last seconds counts, because in each of them much of the server's time may
 * have gone to refusals.
 */
function measureRate(now: () => number): Rate {
  const rates: number[] = [];
  let sinceMs = now();
  let count = 0;
  const endInterval = (): void => {
    const tookMs = now() - sinceMs;
    if (tookMs < INTERVAL_MS) return;
    rates.push((count * 1_000) / tookMs);
    if (rates.length > INTERVALS) rates.shift();
    sinceMs = now();
    count = 0;
  };
  return {
    count: () => {
      count++;
      endInterval();
    },
    aSecond: () => {
      endInterval();
      return Math.max(rates.length < INTERVALS ? ASSUMED_RATE : LEAST_RATE, ...rates);
    },
    forget: () => {
      rates.length = 0;
      sinceMs = now();
      count = 0;
    },
  };
}
