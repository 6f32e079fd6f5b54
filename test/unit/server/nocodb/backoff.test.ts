// How long what NocoDB did not take rests.
import { expect, it } from 'vitest';
import { FRUGAL, USUAL, type Patience } from '../../../../server/nocodb/backoff.ts';

const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;
const DAY = 24 * HOUR;

const first = (patience: Patience): readonly number[] => [patience(1), patience(2), patience(40)];

it('a row rests a second at first and ten minutes at most, a value five seconds and six hours', () => {
  expect(first(USUAL.row)).toEqual([SECOND, 2 * SECOND, HOUR / 6]);
  expect(first(USUAL.value)).toEqual([5 * SECOND, 10 * SECOND, 6 * HOUR]);
});

it('where requests are few, it is hours and days', () => {
  expect(first(FRUGAL.row)).toEqual([6 * HOUR, 12 * HOUR, 8 * DAY]);
  expect(first(FRUGAL.value)).toEqual([DAY, 2 * DAY, 8 * DAY]);
});
