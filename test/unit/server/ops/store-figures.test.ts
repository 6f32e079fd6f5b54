// What the metrics ask of the store: seldom, and never for long.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createStoreFigures } from '../../../../server/ops/store-figures.ts';
import type { Outbox } from '../../../../server/store/outbox.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');

let asked: number;
let oldestMs: number | undefined;
let check: () => Promise<void>;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  [asked, oldestMs, check] = [0, NOW - 4_000, async () => {}];
});
afterEach(() => vi.useRealTimers());

const store = {
  check: () => check(),
  countReading: async () => ++asked,
  outboxOf: (name: string) =>
    ({ countUntold: async () => name.length, findOldestUntoldMs: async () => oldestMs }) as Outbox,
};
const create = (patienceMs = 60_000) => createStoreFigures(store, ['mail', 'webhook'], { now: () => NOW, patienceMs });

it('are the readers, and for each consumer how many sessions wait, and for how long the oldest does', async () => {
  expect(await create()()).toEqual({
    liveReaders: 1,
    outboxes: [
      { consumer: 'mail', sessions: 4, oldestMs: 4_000 },
      { consumer: 'webhook', sessions: 7, oldestMs: 4_000 },
    ],
  });
});

it.for([
  ['nothing waits', undefined],
  ['the oldest is to be looked at later', NOW + 1_000],
] as const)('say that none has been waiting where %s', async ([, time]) => {
  oldestMs = time;
  expect((await create()())?.outboxes.map((outbox) => outbox.oldestMs)).toEqual([0, 0]);
});

it('are asked for once in five seconds, by however many', async () => {
  const read = create();
  await Promise.all([read(), read(), read()]);
  vi.advanceTimersByTime(4_999);
  await read();
  expect(asked).toBe(1);
  vi.advanceTimersByTime(1);
  expect((await read())?.liveReaders).toBe(2);
});

it('are unknown while the store fails, and known when it answers again', async () => {
  const read = create();
  check = () => Promise.reject(new Error('gone'));
  expect(await read()).toBeUndefined();
  check = async () => {};
  vi.advanceTimersByTime(5_000);
  expect(await read()).toMatchObject({ liveReaders: 1 });
});

it('are unknown soon while the store hangs, which is not asked again before it has answered', async () => {
  let checks = 0;
  let answer = (): void => {};
  check = () => {
    checks++;
    return new Promise((resolve) => (answer = resolve));
  };
  const read = create(20);
  expect(await read()).toBeUndefined();
  vi.advanceTimersByTime(60_000);
  expect(await read()).toBeUndefined();
  expect(checks).toBe(1);
  answer();
  await vi.waitFor(async () => expect(await read()).toMatchObject({ liveReaders: 1 }));
  expect(checks).toBe(1);
});
