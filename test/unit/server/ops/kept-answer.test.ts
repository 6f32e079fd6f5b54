// An answer that is kept: asked for seldom, and never waited for long.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepAnswer } from '../../../../server/ops/kept-answer.ts';

let asked: number;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  asked = 0;
});
afterEach(() => vi.useRealTimers());

it('is asked for once in five seconds, by however many', async () => {
  const read = keepAnswer(async () => ++asked);
  expect(await Promise.all([read(), read(), read()])).toEqual([1, 1, 1]);
  vi.advanceTimersByTime(4_999);
  expect(await read()).toBe(1);
  vi.advanceTimersByTime(1);
  expect(await read()).toBe(2);
});

it('is kept ten times as long as it took', async () => {
  const read = keepAnswer(async () => {
    vi.advanceTimersByTime(1_000);
    return ++asked;
  });
  expect(await read()).toBe(1);
  vi.advanceTimersByTime(9_999);
  expect(await read()).toBe(1);
  vi.advanceTimersByTime(1);
  expect(await read()).toBe(2);
});

it('is undefined where it fails, until it is asked for again', async () => {
  const read = keepAnswer(async () => (++asked === 1 ? Promise.reject(new Error('gone')) : asked));
  expect(await read()).toBeUndefined();
  vi.advanceTimersByTime(5_000);
  expect(await read()).toBe(2);
});

it('is undefined while it takes too long, and is not asked for again before it came', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const ask = (): Promise<string> => {
    asked++;
    return promise;
  };
  const read = keepAnswer(ask, { patienceMs: 20 });
  expect(await read()).toBeUndefined();
  vi.advanceTimersByTime(60_000);
  expect(await read()).toBeUndefined();
  resolve('at last');
  await vi.waitFor(async () => expect(await read()).toBe('at last'));
  expect(asked).toBe(1);
});
