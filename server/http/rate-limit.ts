// Limits on how often something may be asked for (the only user of rate-limiter-flexible). In memory: each process counts for itself.
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Counts one use of `key`. Resolves with the seconds until it may come again; 0: it may now. */
export type RateLimit = (key: string) => Promise<number>;

/** @param uses in each `seconds` and key; 0: no limit. */
export function createRateLimit(uses: number, seconds: number): RateLimit {
  if (uses === 0) return async () => 0;
  const limiter = new RateLimiterMemory({ points: uses, duration: seconds });
  return async (key) => {
    try {
      await limiter.consume(key);
      return 0;
    } catch (limited) {
      if (!(limited instanceof RateLimiterRes)) throw limited;
      return Math.max(1, Math.ceil(limited.msBeforeNext / 1000));
    }
  };
}
