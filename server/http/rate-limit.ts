// Rate limits (the only user of rate-limiter-flexible). In memory: each process counts separately.
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Counts one use of `key`. Resolves with the seconds to wait, or 0 if the use is allowed. */
export type RateLimit = (key: string) => Promise<number>;

/** @param uses allowed per key in each `seconds`; 0: no limit. */
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
