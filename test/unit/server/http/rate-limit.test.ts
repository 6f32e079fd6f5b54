// How often something may be asked for.
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRateLimit } from '../../../../server/http/rate-limit.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a limit', () => {
  it('lets each key have its uses, and says then how many seconds are left', async () => {
    const limit = createRateLimit(2, 60);
    expect([await limit('ann'), await limit('ann')]).toEqual([0, 0]);
    const seconds = await limit('ann');
    expect(seconds).toBeGreaterThan(58);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(Number.isInteger(seconds)).toBe(true);
    expect(await limit('bob')).toBe(0);
  });

  it.for([
    [0, 1],
    [1, 1],
    [1_000, 1],
    [1_001, 2],
  ] as const)('that ends in %i ms says %i s: a refusal is never for no time', async ([msBeforeNext, seconds]) => {
    const refusal = new RateLimiterRes(0, msBeforeNext, 1, false);
    vi.spyOn(RateLimiterMemory.prototype, 'consume').mockRejectedValue(refusal);
    expect(await createRateLimit(1, 1)('ann')).toBe(seconds);
  });

  it('of 0 is none', async () => {
    const limit = createRateLimit(0, 60);
    const waits = await Promise.all(Array.from({ length: 100 }, () => limit('ann')));
    expect(new Set(waits)).toEqual(new Set([0]));
  });

  it('that fails in itself is an error, not a refusal', async () => {
    vi.spyOn(RateLimiterMemory.prototype, 'consume').mockRejectedValue(new Error('a bug'));
    await expect(createRateLimit(1, 1)('ann')).rejects.toThrow('a bug');
  });
});
