// The bench that judges the last word must itself be right.
import { describe, expect, it } from 'vitest';
import { judge, offBy } from '../../../bench/last-words/verdict.ts';

const LEFT = { earliestMs: 100_000, latestMs: 100_300 };

describe('an end', () => {
  it('is right anywhere between the command and its effect', () => {
    for (const endMs of [100_000, 100_150, 100_300]) expect(offBy(endMs, LEFT)).toBe(0);
  });

  it('is too early before the command, and too late after its effect', () => {
    expect(offBy(98_000, LEFT)).toBe(-2_000);
    expect(offBy(100_800, LEFT)).toBe(500);
  });

  it('that was never recorded is lost', () => {
    expect(judge(offBy(-Infinity, LEFT))).toBe('lost');
  });
});

describe('the verdict', () => {
  it.each([
    [1_001, 'beyond'],
    [1_000, 'exact'],
    [-1_000, 'exact'],
    [-1_001, 'ticked'],
    [-6_000, 'ticked'],
    [-6_001, 'lost'],
  ])('on %i ms is %s', (offMs, verdict) => {
    expect(judge(offMs)).toBe(verdict);
  });
});
