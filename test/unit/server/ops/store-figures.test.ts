// What the metrics ask of the store.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createStoreFigures } from '../../../../server/ops/store-figures.ts';
import type { Outbox } from '../../../../server/store/outbox.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');

let oldestMs: number | undefined;
let check: () => Promise<void>;
let countReading: () => Promise<number>;
beforeEach(() => {
  // Each read asks anew.
  vi.useFakeTimers({ toFake: ['performance'] });
  oldestMs = NOW - 4_000;
  check = async () => {};
  countReading = async () => 3;
});
afterEach(() => vi.useRealTimers());

const store = {
  check: () => check(),
  countReading: () => countReading(),
  outboxOf: (name: string) =>
    ({ countUntold: async () => name.length, findOldestUntoldMs: async () => oldestMs }) as Outbox,
};
const create = () => createStoreFigures(store, ['mail', 'webhook'], { keptMs: 0, patienceMs: 200 }, () => NOW);

it('are the readers, and for each consumer how many sessions wait, and for how long the oldest does', async () => {
  expect(await create()()).toEqual({
    isUp: true,
    counts: {
      liveReaders: 3,
      outboxes: [
        { consumer: 'mail', sessions: 4, oldestMs: 4_000 },
        { consumer: 'webhook', sessions: 7, oldestMs: 4_000 },
      ],
    },
  });
});

it.for([
  ['nothing waits', undefined],
  ['the oldest is to be looked at later', NOW + 1_000],
] as const)('say that none has been waiting where %s', async ([, time]) => {
  oldestMs = time;
  expect((await create()()).counts?.outboxes.map((outbox) => outbox.oldestMs)).toEqual([0, 0]);
});

it.for([
  ['fails', () => Promise.reject(new Error('gone'))],
  ['hangs', () => new Promise<void>(() => {})],
] as const)('are unknown while the store %s', async ([, broken]) => {
  const read = create();
  await read();
  check = broken;
  expect(await read()).toEqual({ isUp: false, counts: undefined });
});

it('are the former ones while counting takes long, and none where it fails', async () => {
  const read = create();
  await read();
  const { promise, reject } = Promise.withResolvers<number>();
  countReading = () => promise;
  expect(await read()).toMatchObject({ isUp: true, counts: { liveReaders: 3 } });
  reject(new Error('gone'));
  expect(await read()).toEqual({ isUp: true, counts: undefined });
});
