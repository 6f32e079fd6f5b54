// Ids of links, as commands take them.
import { expect, it } from 'vitest';
import { makeLinkId } from '../../../../server/store/key-hash.ts';

it('an id has twelve characters and never begins like an option', () => {
  const ids = Array.from({ length: 2_000 }, makeLinkId);
  expect(ids.filter((id) => !/^\w[\w-]{11}$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});
