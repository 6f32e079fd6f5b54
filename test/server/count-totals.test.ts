// The job that keeps the totals (server/jobs/count-totals.ts), in one process and in several on one store.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTotalsJob, type TotalsJob } from '../../server/jobs/count-totals.ts';
import { openStore } from '../../server/store/open-store.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import type { Counting } from '../../server/store/totals.ts';
import { elapsed, until } from '../helpers/until.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const PAUSE = { pauseMs: 20 };

let file: string;
let store: SessionStore;
let clock: number;
let lines: string[];
const jobs: TotalsJob[] = [];
const stores: SessionStore[] = [];
beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'stillhere-totals-')), 'test.db');
  clock = NOW;
  lines = [];
  store = await open();
});
afterEach(async () => {
  await Promise.all(jobs.splice(0).map((job) => job.stop()));
  await Promise.all(stores.splice(0).map((one) => one.close()));
});

async function open(): Promise<SessionStore> {
  const opened = await openStore(`file:${file}`);
  stores.push(opened);
  return opened;
}

function start(of: SessionStore, counting: Partial<Counting> = {}): TotalsJob {
  const totals = { ...of.totals, counting: { ...of.totals.counting, ...counting } };
  const seen = { totals, leases: of.leases, watch: of.watch.bind(of) };
  const log = pino({ level: 'trace' }, { write: (line) => lines.push(line) });
  const job = createTotalsJob(seen, log, { ...PAUSE, now: () => clock });
  jobs.push(job);
  job.start();
  return job;
}

async function read(id: string, seconds: number, by = store): Promise<void> {
  const span = { id: 's', page: '/a/', startMs: NOW, endMs: NOW + seconds * 1_000, offsetMs: 0 };
  await by.record([{ session: id, receivedMs: NOW + 86_400_000, span }]);
}

const begin = (id: string): Promise<void> => store.createSession({ id, email: `${id}@example.com`, startMs: NOW });

const secondsOf = async (id: string): Promise<number> =>
  ((await store.totals.findReader({ email: `${id}@example.com` }))?.readingMs ?? 0) / 1_000;

it('counts what is recorded, again and again', async () => {
  start(store);
  await begin('ann');
  for (const seconds of [10, 20, 400]) {
    await read('ann', seconds);
    await until(async () => (await secondsOf('ann')) === seconds);
  }
});

it('counts at its start what was recorded before', async () => {
  await begin('ann');
  await read('ann', 10);
  start(store);
  await until(async () => (await secondsOf('ann')) === 10);
});

it('finds what another process lost when it was killed, within the hour', async () => {
  start(store);
  await begin('ann');
  await read('ann', 10);
  await until(async () => (await secondsOf('ann')) === 10);
  // Nobody hears of this.
  const other = await open();
  await read('ann', 20, other);
  await elapsed(200);
  expect(await secondsOf('ann')).toBe(10);
  clock += 3_600_000;
  await until(async () => (await secondsOf('ann')) === 20);
  await read('ann', 30, other);
  // The clock is set back.
  clock -= 7_200_000;
  await until(async () => (await secondsOf('ann')) === 30);
});

it('leaves counting to the process that has the lease, and tells it what to count', async () => {
  await store.leases.take('totals', 'another process', clock, clock + 6_000);
  const other = await open();
  start(other);
  await begin('ann');
  await read('ann', 10, other);
  await until(async () => (await store.totals.counting.listRemembered(9)).includes('ann'));
  expect(await secondsOf('ann')).toBe(0);
  // That process is killed.
  clock += 6_000;
  await until(async () => (await secondsOf('ann')) === 10);
  expect(await store.totals.counting.listRemembered(9)).toEqual([]);
});

it.for([
  ['back', -3_600_000],
  ['forward', 3_600_000],
] as const)(
  'counts when its clock was set %s by an hour, also what a killed process was to count',
  async ([, stepMs]) => {
    start(store);
    await begin('ann');
    await read('ann', 10);
    await until(async () => (await secondsOf('ann')) === 10);
    clock += stepMs;
    await read('ann', 20);
    await until(async () => (await secondsOf('ann')) === 20);
    await store.leases.take('totals', 'killed', clock + 20_000, clock + 40_000);
    clock += stepMs;
    await read('ann', 30);
    await until(async () => (await secondsOf('ann')) === 30);
  },
);

it('remembers at its end what it has not counted, and gives the lease back', async () => {
  const job = start(store);
  await begin('ann');
  await until(async () => (await store.totals.findReader({ email: 'ann@example.com' }))?.opened === 1);
  const stopped = job.stop();
  await stopped;
  expect(await store.leases.take('totals', 'the next', clock, clock + 1)).toBe(true);
  const blocked = start(store, { count: () => Promise.reject(new Error('no')) });
  clock += 10;
  await read('ann', 10);
  await until(() => lines.some((line) => line.includes("can't count a session")));
  await blocked.stop();
  expect(await store.totals.counting.listRemembered(9)).toEqual(['ann']);
  start(store);
  await until(async () => (await secondsOf('ann')) === 10);
});

it('counts the others when one session cannot be counted', async () => {
  const { counting } = store.totals;
  for (const id of ['ann', 'bob', 'eve']) {
    await begin(id);
    await read(id, 10);
  }
  start(store, {
    count: (ids) => (ids.includes('bob') ? Promise.reject(new Error('poisoned')) : counting.count(ids)),
  });
  await until(async () => (await secondsOf('ann')) === 10 && (await secondsOf('eve')) === 10);
  expect(await secondsOf('bob')).toBe(0);
  await read('ann', 20);
  await until(async () => (await secondsOf('ann')) === 20);
});

it('goes on when the store has failed for a while', async () => {
  const { counting } = store.totals;
  let isFailing = true;
  start(store, {
    listRemembered: (limit) => (isFailing ? Promise.reject(new Error('busy')) : counting.listRemembered(limit)),
  });
  await begin('ann');
  await read('ann', 10);
  await until(() => lines.some((line) => line.includes("can't count the totals") && line.includes('busy')));
  isFailing = false;
  await until(async () => (await secondsOf('ann')) === 10);
});
