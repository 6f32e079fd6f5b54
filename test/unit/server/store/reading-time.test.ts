// The measure of a union, against counting every millisecond.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unionMs, type Interval } from '../../../../server/store/reading-time.ts';

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
