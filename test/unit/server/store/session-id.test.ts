// The names of sessions: in the order of time, and nobody can guess them.
import { expect, it } from 'vitest';
import { makeSessionId, makeSessionRef } from '../../../../server/store/session-id.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const DIGITS = '0123456789abcdefghijklmnopqrstuv';

const numberOf = (name: string): bigint =>
  Array.from(name).reduce((sum, digit) => sum * 32n + BigInt(DIGITS.indexOf(digit)), 0n);

it.for([
  ['an id', makeSessionId, 36, 128n],
  ['a reference', makeSessionRef, 23, 64n],
] as const)('%s has %2$i digits: the time, then %3$s random bits', ([, make, length, bits]) => {
  for (const ms of [1, NOW, 2 ** 48 - 1]) {
    const name = make(ms + 0.75);
    expect(name).toMatch(new RegExp(`^[0-9a-v]{${length}}$`));
    expect(numberOf(name) >> bits).toBe(BigInt(ms));
  }
  const random = Array.from({ length: 64 }, () => numberOf(make(NOW)) % (1n << bits));
  // Each random bit is 0 in one of them, and 1 in another.
  expect(random.reduce((all, one) => all | one)).toBe((1n << bits) - 1n);
  expect(random.reduce((all, one) => all & one)).toBe(0n);
});

it('the name of a later session comes later', () => {
  for (const make of [makeSessionId, makeSessionRef]) {
    const names = [1, 31, 32, NOW, NOW + 1, NOW + 86_400_000].map(make);
    expect(names.toSorted()).toEqual(names);
  }
});
