import { expect, it } from 'vitest';
import { coverPairs, pairsIn } from '../../../bench/owner/pairwise.ts';
import { FILTERS } from '../../../bench/owner/filters.ts';

const PARAMETERS = [
  ['a1', 'a2', 'a3'],
  ['b1', 'b2'],
  ['c1', 'c2', 'c3', 'c4'],
  ['d1', 'd2', 'd3'],
];

it.for([PARAMETERS, FILTERS, [['a'], ['b']]])(
  'each value meets each value of every other parameter: %j',
  (parameters) => {
    const met = new Set(coverPairs(parameters).flatMap(pairsIn).map(String));
    for (const [nth, values] of parameters.entries())
      for (const others of parameters.slice(nth + 1))
        for (const value of values) for (const other of others) expect(met).toContain(`${value},${other}`);
  },
);

it('the combinations are few, and have one value of each parameter', () => {
  const combinations = coverPairs(FILTERS);
  // The two largest parameters alone have 20 pairs.
  expect(combinations.length).toBeGreaterThanOrEqual(20);
  expect(combinations.length).toBeLessThanOrEqual(40);
  for (const combination of combinations)
    expect(combination.map((value, nth) => FILTERS[nth]?.includes(value))).toEqual(FILTERS.map(() => true));
});
