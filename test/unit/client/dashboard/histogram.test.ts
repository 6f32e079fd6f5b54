import { describe, expect, it } from 'vitest';
import { toHistogram } from '../../../../client/dashboard/histogram.ts';

const bucket = (fromMs: number, toMs: number, sessions: number) => ({ fromMs, toMs, sessions });

describe('the histogram of a page', () => {
  it('has no bars where no time is known', () => {
    expect(toHistogram([])).toEqual([]);
  });

  it('counts a bucket where its middle lies, and adds up those of one bar', () => {
    const bars = toHistogram([bucket(28_000, 31_000, 1), bucket(29_000, 32_000, 2), bucket(31_000, 34_000, 3)]);
    expect(bars).toEqual([
      { name: 'Under 30 s', sessions: 1 },
      { name: '30 s to 1 min', sessions: 5 },
    ]);
  });

  it('leaves out empty bars at the ends only', () => {
    const bars = toHistogram([bucket(61_000, 66_000, 1), bucket(700_000, 760_000, 1)]);
    expect(bars.map(({ name, sessions }) => [name, sessions])).toEqual([
      ['1 to 2 min', 1],
      ['2 to 5 min', 0],
      ['5 to 10 min', 0],
      ['10 to 30 min', 1],
    ]);
  });

  it('has a bar for everything that is longer', () => {
    expect(toHistogram([bucket(9_000_000, 9_900_000, 2)])).toEqual([{ name: 'Over 30 min', sessions: 2 }]);
  });
});
