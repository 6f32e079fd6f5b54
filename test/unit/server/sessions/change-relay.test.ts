// Servers tell each other that sessions have changed.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ChangeRelay } from '../../../../server/sessions/change-relay.ts';
import type { Shared } from '../../../../server/store/shared.ts';

let changes: number;
let asked: number;
let isAway: boolean;
const shared: Shared = {
  query: async () => ({ rows: [] }),
  tellChange: async () => {
    if (isAway) throw new Error('away');
    return ++changes;
  },
  countChanges: async () => {
    asked++;
    if (isAway) throw new Error('away');
    return changes;
  },
};
let heard: number;
let relay: ChangeRelay;
beforeEach(() => {
  vi.useFakeTimers();
  [changes, asked, heard, isAway] = [5, 0, 0, false];
  relay = new ChangeRelay(shared, () => heard++);
});
afterEach(() => {
  relay.close();
  vi.useRealTimers();
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

it('many changes are told once in a second', async () => {
  for (let nth = 0; nth < 100; nth++) relay.tell();
  await pass(1_000);
  expect(changes).toBe(6);
  relay.tell();
  await pass(999);
  expect(changes).toBe(6);
  await pass(1);
  expect(changes).toBe(7);
});

it('what another server told is heard within a second, once, and only while somebody listens', async () => {
  await pass(10_000);
  expect(asked).toBe(0);
  const stop = relay.listen();
  await pass(1_000);
  expect(heard).toBe(0);
  changes++;
  await pass(1_000);
  expect(heard).toBe(1);
  await pass(5_000);
  expect(heard).toBe(1);
  stop();
  changes++;
  const before = asked;
  await pass(5_000);
  expect([heard, asked]).toEqual([1, before]);
});

it('what this server told itself is no news to it, unless another told of something, too', async () => {
  relay.listen();
  await pass(1_000);
  relay.tell();
  await pass(3_000);
  expect([changes, heard]).toEqual([6, 0]);
  relay.tell();
  await pass(500);
  changes++;
  await pass(3_000);
  expect([changes, heard]).toEqual([8, 1]);
});

it('one listener of several that leaves changes nothing for the others', async () => {
  relay.listen();
  relay.listen()();
  await pass(1_000);
  changes++;
  await pass(1_000);
  expect(heard).toBe(1);
});

it('goes on after a time in which the store did not answer', async () => {
  relay.listen();
  await pass(1_000);
  isAway = true;
  relay.tell();
  await pass(5_000);
  isAway = false;
  changes++;
  await pass(1_000);
  expect(heard).toBe(1);
});
