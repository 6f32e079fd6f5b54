// How often something may be asked for.
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createRateLimit, shareRateLimits } from '../../../../server/http/rate-limit.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('a limit', () => {
  it('lets each key have its uses, and says then how many seconds are left', async () => {
    const limit = createRateLimit('test', 2, 60);
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
    expect(await createRateLimit('test', 1, 1)('ann')).toBe(seconds);
  });

  it('begins again when the clock was set back, and does not last as long as that', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const limit = createRateLimit('test', 1, 60);
    expect([await limit('ann'), await limit('ann')]).toEqual([0, 60]);
    vi.setSystemTime(Date.now() - 10_000);
    expect(await limit('ann')).toBe(70);
    vi.setSystemTime(Date.now() - 1);
    expect([await limit('ann'), await limit('ann')]).toEqual([0, 60]);
  });

  it('of 0 is none', async () => {
    const limit = createRateLimit('test', 0, 60);
    const waits = await Promise.all(Array.from({ length: 100 }, () => limit('ann')));
    expect(new Set(waits)).toEqual(new Set([0]));
  });

  it('that fails in itself is an error, not a refusal', async () => {
    vi.spyOn(RateLimiterMemory.prototype, 'consume').mockRejectedValue(new Error('a bug'));
    await expect(createRateLimit('test', 1, 1)('ann')).rejects.toThrow('a bug');
  });
});

describe('a limit that processes share', () => {
  const ONE_MINUTE_ON = Date.now() + 60_000;

  it('counts in the table of all, by keys that are not the addresses', async () => {
    const parameters: (readonly unknown[])[] = [];
    const createShared = shareRateLimits(async (_sql, values) => {
      parameters.push(values);
      return { rows: [{ points: parameters.length, expire: ONE_MINUTE_ON }] };
    }, 'a secret');
    const limit = createShared('gate', 2, 60);
    expect([await limit('192.0.2.7'), await limit('192.0.2.7')]).toEqual([0, 0]);
    expect(await limit('192.0.2.7')).toBeGreaterThan(0);
    const keys = new Set(parameters.map(([key]) => String(key)));
    expect([...keys]).toEqual([expect.stringMatching(/^gate:[\w-]{43}$/)]);
    expect([...keys].join('')).not.toContain('192.0.2');
  });

  it('asks no more about one who is refused until the time is over', async () => {
    let asked = 0;
    const query = async () => ({ rows: [{ points: ++asked, expire: ONE_MINUTE_ON }] });
    const limit = shareRateLimits(query, 'a secret')('gate', 1, 60);
    for (let nth = 0; nth < 10; nth++) await limit('192.0.2.7');
    expect(asked).toBe(1);
  });

  it('begins again when the clock was set back', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const rows = new Map<unknown, { points: number; expire: number }>();
    const query = async (sql: string, [key, points, expire]: readonly unknown[]) => {
      if (sql.includes('DELETE')) rows.delete(key);
      else
        rows.set(key, {
          points: (rows.get(key)?.points ?? 0) + Number(points),
          expire: rows.get(key)?.expire ?? Number(expire),
        });
      return { rows: [...rows.values()], rowCount: 1 };
    };
    const limit = shareRateLimits(query, 'a secret')('gate', 1, 60);
    expect([await limit('a'), await limit('a')]).toEqual([0, 60]);
    vi.setSystemTime(Date.now() - 3_600_000);
    expect([await limit('a'), await limit('a')]).toEqual([0, 60]);
  });

  it('has other keys with another secret, and for another limit', async () => {
    const keys: unknown[] = [];
    const query = async (_sql: string, [key]: readonly unknown[]) => {
      keys.push(key);
      return { rows: [{ points: 1, expire: ONE_MINUTE_ON }] };
    };
    await shareRateLimits(query, 'a secret')('gate', 1, 60)('192.0.2.7');
    await shareRateLimits(query, 'another')('gate', 1, 60)('192.0.2.7');
    await shareRateLimits(query, 'a secret')('owner-logins', 1, 60)('192.0.2.7');
    expect(new Set(keys).size).toBe(3);
  });

  it('is counted by this process alone while the database does not answer', async () => {
    const query = async (): Promise<never> => {
      throw new Error('away');
    };
    const limit = shareRateLimits(query, 'a secret')('gate', 2, 60);
    expect([await limit('a'), await limit('a')]).toEqual([0, 0]);
    expect(await limit('a')).toBeGreaterThan(0);
  });
});
