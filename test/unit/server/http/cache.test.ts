// Caches stay within their bounds, and forget what is old.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createCache, createSizedCache } from '../../../../server/http/cache.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a cache', () => {
  it('drops what was not used for longest when it is full', () => {
    const cache = createCache<string, number>({ max: 2, ttlMs: 0 });
    cache.set('a', 1);
    cache.set('b', 2);
    expect(cache.get('a')).toBe(1);
    cache.set('c', 3);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  });

  it('forgets an entry when it is too old, and keeps it till then', async () => {
    const cache = createCache<string, number>({ max: 2, ttlMs: 40 });
    cache.set('a', 1);
    expect(cache.get('a')).toBe(1);
    await expect.poll(() => cache.get('a'), { interval: 20 }).toBeUndefined();
  });

  it('forgets what it is told to', () => {
    const cache = createCache<string, number>({ max: 2, ttlMs: 0 });
    cache.set('a', 1);
    cache.delete('a');
    expect(cache.get('a')).toBeUndefined();
  });
});

it('a cache of sizes holds no more than their sum', () => {
  const cache = createSizedCache<string, string>(10, (value, key) => value.length + key.length);
  cache.set('a', 'xxxx');
  cache.set('b', 'xxxx');
  expect([cache.get('a'), cache.get('b')]).toEqual(['xxxx', 'xxxx']);
  cache.set('c', 'x');
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, 'xxxx', 'x']);
  cache.set('d', 'x'.repeat(10));
  expect(cache.get('d')).toBeUndefined();
});
