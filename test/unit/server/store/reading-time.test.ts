// The measure of a union, against counting every millisecond.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinIntervals, unionMs, type Interval } from '../../../../server/store/reading-time.ts';

const interval = fc
  .tuple(fc.nat(60), fc.nat(30))
  .map(([startMs, length]): Interval => ({ startMs, endMs: startMs + length }));

function count(intervals: readonly Interval[]): number {
  const covered = new Set<number>();
  for (const { startMs, endMs } of intervals) for (let ms = startMs; ms < endMs; ms++) covered.add(ms);
  return covered.size;
}

describe('reading time', () => {
  it('is nothing for nothing', () => {
    expect(unionMs([])).toBe(0);
    expect(unionMs([{ startMs: 5, endMs: 5 }])).toBe(0);
  });

  it('counts what two tabs share once', () => {
    expect(
      unionMs([
        { startMs: 0, endMs: 60 },
        { startMs: 30, endMs: 90 },
      ]),
    ).toBe(90);
  });

  it('equals a count of milliseconds', () => {
    fc.assert(fc.property(fc.array(interval), (intervals) => unionMs(intervals) === count(intervals)));
  });
});

describe('intervals that are joined', () => {
  it('cover what they did, in order, and neither overlap nor touch', () => {
    expect(
      joinIntervals([
        { startMs: 7, endMs: 8 },
        { startMs: 0, endMs: 5 },
        { startMs: 5, endMs: 6 },
        { startMs: 1, endMs: 2 },
      ]),
    ).toEqual([
      { startMs: 0, endMs: 6 },
      { startMs: 7, endMs: 8 },
    ]);
    fc.assert(
      fc.property(fc.array(interval), (intervals) => {
        const joined = joinIntervals(intervals);
        expect(joined.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)).toBe(count(intervals));
        for (const [nth, { startMs }] of joined.entries())
          if (nth > 0) expect(startMs).toBeGreaterThan(joined[nth - 1]?.endMs ?? Infinity);
      }),
    );
  });
});
