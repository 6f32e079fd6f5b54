// How often it is tried to overwrite in the files what was erased.
import { expect, it } from 'vitest';
import { scrub } from '../../../../server/sessions/erase-reader.ts';
import type { Erasures } from '../../../../server/store/erasures.ts';

it.for([
  ['at once', 1, true, 1],
  ['once nobody reads the store', 3, true, 3],
  ['never, while an export takes longer', Infinity, false, 20],
] as const)('what was erased is overwritten %s', async ([, succeedsAt, isScrubbed, expected]) => {
  let tries = 0;
  const erasures = { scrub: async () => ++tries >= succeedsAt } as unknown as Erasures;
  expect(await scrub(erasures)).toBe(isScrubbed);
  expect(tries).toBe(expected);
});
