import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchesBySize, takeBatch, WaitingTimes } from '../../../../server/nocodb/batches.ts';

const SIZE = 10;
const times = fc.array(fc.nat(100), { maxLength: 45 });
const take = (since: readonly number[], dueSince: number) => takeBatch(since, SIZE, (ms) => ms, dueSince);

describe('what is due', () => {
  it('is every full batch, and the remainder if it has waited long enough', () => {
    expect(take([5, 6, 7], 4)).toEqual([]);
    expect(take([5, 6, 7], 5)).toEqual([[5, 6, 7]]);
    expect(
      take(
        Array.from({ length: 10 }, () => 9),
        4,
      ),
    ).toHaveLength(1);
  });

  it('includes every session that has waited long enough, and excludes only those that do not fill a batch', () => {
    fc.assert(
      fc.property(times, fc.nat(100), (since, dueSince) => {
        const batches = take(since, dueSince);
        const left = since.length - batches.flat().length;
        expect(left).toBeLessThan(SIZE);
        const newest = since.toSorted((a, b) => b - a).slice(0, left);
        expect(newest.every((ms) => ms > dueSince)).toBe(true);
        expect(batches.slice(0, -1).every(({ length }) => length === SIZE)).toBe(true);
        const oldestFirst = since.toSorted((a, b) => a - b);
        expect(batches.flat()).toEqual(oldestFirst.slice(0, oldestFirst.length - left));
      }),
    );
  });
});

describe('the time that a session has waited', () => {
  it('runs from when it was first seen until it is written or no longer waits', () => {
    const waiting = new WaitingTimes();
    waiting.see(['a', 'b', 'c'], 1);
    waiting.forget(['b']);
    expect(Object.fromEntries(waiting.see(['a', 'b'], 2))).toEqual({ a: 1, b: 2 });
    expect(Object.fromEntries(waiting.see(['a', 'c'], 3))).toEqual({ a: 1, c: 3 });
  });
});

describe('rows that fit only small batches', () => {
  it('are divided by the largest that each fits, the smallest batches first', () => {
    const sizes = { a: 4, b: 0, c: 2, d: 4, e: 2, f: 2, g: 10, h: 0 };
    const batches = batchesBySize(Object.keys(sizes) as (keyof typeof sizes)[], (one) => sizes[one]);
    expect(batches).toEqual([['b'], ['h'], ['c', 'e'], ['f'], ['a', 'd'], ['g']]);
  });
});
