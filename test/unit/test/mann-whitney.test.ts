// The statistic of `npm run bench:gate`, beside values that are known.
import { expect, it } from 'vitest';
import { standardizedU } from '../../bench/gate/mann-whitney.ts';

// The example in the documentation of SciPy's mannwhitneyu: U = 17.
const MALES = [19, 22, 16, 29, 24];
const FEMALES = [20, 11, 17, 12];

it('is that of the textbook, and of opposite sign for the samples in the other order', () => {
  const expected = (17 - 10) / Math.sqrt((5 * 4 * 10) / 12);
  expect(standardizedU(MALES, FEMALES)).toBeCloseTo(expected, 10);
  expect(standardizedU(FEMALES, MALES)).toBeCloseTo(-expected, 10);
});

it('is zero for samples that are equal', () => {
  expect(standardizedU([1, 2, 2, 3], [1, 2, 2, 3])).toBe(0);
});

it('counts equal values as half', () => {
  // U = 1.5: larger than one of the two, and equal to the other.
  expect(standardizedU([2], [1, 2])).toBeCloseTo((1.5 - 1) / Math.sqrt(8 / 12), 10);
});
