// Lists in parts.
import { expect, it } from 'vitest';
import { chunk } from '../../../../server/store/chunk.ts';

it('has full parts, in order, and what is left', () => {
  expect(chunk([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
  expect(chunk([1, 2, 3, 4], 2)).toEqual([
    [1, 2],
    [3, 4],
  ]);
  expect(chunk([], 2)).toEqual([]);
});
