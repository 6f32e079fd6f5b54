// What counts as a clock that was set back.
import { beforeEach, expect, it } from 'vitest';
import { createServerClock, type ServerClock } from '../../../../server/deliveries/server-clock.ts';

let wallMs: number;
let steadyMs: number;
let steps: number[];
let clock: ServerClock;
beforeEach(() => {
  [wallMs, steadyMs, steps] = [1_000_000, 500, []];
  clock = createServerClock(
    () => wallMs,
    () => steadyMs,
    (setBackMs) => steps.push(setBackMs),
  );
});

/** @param setMs the clock is set by so much meanwhile. */
function pass(ms: number, setMs = 0): void {
  steadyMs += ms;
  wallMs += ms + setMs;
}

it('tells the time of the day, whatever was set', () => {
  for (const setMs of [0, 60_000, -60_000]) {
    pass(1_000, setMs);
    expect(clock.now()).toBe(wallMs);
  }
});

it('notices each step back once, by its size, and keeps the last one', () => {
  pass(3_600_000, -60_000);
  clock.now();
  expect(clock.setBackMs).toBe(60_000);
  pass(10);
  clock.now();
  pass(0, -3_600_000.4);
  clock.now();
  clock.now();
  expect(clock.setBackMs).toBe(3_600_000);
  expect(steps).toEqual([60_000, 3_600_000]);
});

it.for([
  ['goes on', 0],
  ['is set forward', 3_600_000],
  ['is kept right in small steps', -10_000],
] as const)('does not take a clock that %s for one that was set back', ([, setMs]) => {
  for (let nth = 0; nth < 10; nth++) {
    pass(60_000, setMs);
    clock.now();
  }
  expect([clock.setBackMs, steps]).toEqual([undefined, []]);
});
