// How long a consumer waits after its receiver failed.
import { beforeEach, expect, it } from 'vitest';
import { backoffMs, Rest } from '../../../../server/outbox/rest.ts';

const SECOND = 1_000;

let now: number;
let rest: Rest;
beforeEach(() => {
  now = 5_000_000;
  rest = new Rest(() => now);
});

it('nothing rests before the first failure', () => {
  expect(rest.remainingMs).toBeLessThanOrEqual(0);
});

it('a rest is a second long, twice as long after each failure in a row, and a minute at most', () => {
  const rests = Array.from({ length: 9 }, () => {
    rest.fail();
    const { remainingMs } = rest;
    now += remainingMs;
    expect(rest.remainingMs).toBe(0);
    return remainingMs / SECOND;
  });
  expect(rests).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  rest.succeed();
  rest.fail();
  expect(rest.remainingMs).toBe(SECOND);
});

it('a rest is as long as the receiver asked for, if that is longer', () => {
  rest.fail(90 * SECOND);
  expect(rest.remainingMs).toBe(90 * SECOND);
  rest.fail(SECOND);
  expect(rest.remainingMs).toBe(2 * SECOND);
});

it('without backoff it is exactly as long as the receiver asked for, and still counts as a failure', () => {
  rest.fail(300, false);
  expect(rest.remainingMs).toBe(300);
  rest.fail();
  expect(rest.remainingMs).toBe(2 * SECOND);
});

it('a pause is no failure, and can be without end', () => {
  rest.pause(Infinity);
  expect(rest.remainingMs).toBe(Infinity);
  rest.pause(7);
  expect(rest.remainingMs).toBe(7);
  rest.fail();
  expect(rest.remainingMs).toBe(SECOND);
});

it('the longest rest can be set', () => {
  const patient = new Rest(() => now, 600 * SECOND);
  for (let failure = 0; failure < 8; failure++) patient.fail();
  expect(patient.remainingMs).toBe(128 * SECOND);
  for (let failure = 0; failure < 8; failure++) patient.fail();
  expect(patient.remainingMs).toBe(600 * SECOND);
});

it('a backoff begins where it is told to, and ends where it is told to', () => {
  expect([1, 2, 3, 4].map((failures) => backoffMs(failures, 5, 30))).toEqual([5, 10, 20, 30]);
});
