// Keys that open the owner's API, what is stored of them, and ids of links, as commands take them.
import { expect, it } from 'vitest';
import { hashOfKey, makeKey, makeLinkId } from '../../../../server/store/key-hash.ts';

it('a key is 192 bits that nobody has seen before, in characters that an address can have', () => {
  const keys = Array.from({ length: 100 }, makeKey);
  for (const key of keys) expect(key).toMatch(/^[\w-]{32}$/);
  expect(new Set(keys).size).toBe(100);
});

it('its hash is text: the example of FIPS 180, as base64url', () => {
  expect(hashOfKey('abc')).toBe('ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0');
});

it('an id has twelve characters and never begins like an option', () => {
  const ids = Array.from({ length: 2_000 }, makeLinkId);
  expect(ids.filter((id) => !/^\w[\w-]{11}$/.test(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});
