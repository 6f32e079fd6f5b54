// Whatever networks, browsers, servers and clocks do at random: what was read is on the server once, in its own session, and
// no longer than it was read. More of it: `npm run test:faults`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkSchedules } from './check-schedules.ts';
import { runSchedule } from './run-schedule.ts';
import type { Schedule } from './schedule.ts';
import { buildScripts } from './scripts.ts';
import { ServerProcess } from './server-process.ts';
import { countImmediates } from './world-clock.ts';

const SCHEDULES = 400;
/** The same schedules in each run: a failure is a change of the code. `npm run test:faults` has other ones each time. */
const SEED = 1;

it('nothing is lost, doubled or made longer by random faults', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-faults-'));
  try {
    const ran = await checkSchedules({ folder, schedules: SCHEDULES, seed: SEED });
    expect(ran.spans).toBeGreaterThan(ran.schedules);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** Each was a counterexample once, or too rare to be met by chance. */
const FOUND: Readonly<Record<string, Pick<Schedule, 'hasSync' | 'steps'>>> = {
  'a span that ends in the turn in which the tab is closed ends where it did': {
    hasSync: false,
    steps: [
      { do: 'wait', ms: 7_000 },
      { do: 'go', tab: 0, page: '/confidential/night-handover/', turns: 0 },
      {
        do: 'close',
        tab: 0,
        lost: { storage: false, message: false, request: true },
        isHiddenFirst: true,
        turns: 0,
      },
    ],
  },
  'a page that can be seen asks again for one that is gone': {
    hasSync: false,
    steps: [{ do: 'open', tab: 0, page: '/confidential/' }, { do: 'kill server' }, { do: 'hide', tab: 0 }],
  },
  'a page whose own delivery worked asks again for one whose retry failed and that is gone': {
    hasSync: false,
    steps: [
      { do: 'network', fault: 'refused', times: 1, ms: 1 },
      { do: 'sleep', ms: 60_000, isMonotonic: false },
      { do: 'open', tab: 0, page: '/confidential/' },
      { do: 'network', fault: 'cut-in-answer', times: 1, ms: 1 },
      { do: 'wait', ms: 1_000 },
      { do: 'kill tab', tab: 0 },
      { do: 'network', fault: 'slow', times: 1, ms: 1 },
    ],
  },
  'what begins while the storage, silent before, is not asked yet is told with the next beat': {
    hasSync: false,
    steps: [
      { do: 'storage', fault: 'silent' },
      { do: 'open', tab: 0, page: '/confidential/' },
      { do: 'wait', ms: 10_000 },
      { do: 'replace cookie' },
      { do: 'storage', fault: 'none' },
      { do: 'wait', ms: 6_032 },
      { do: 'wait', ms: 3_969 },
      { do: 'kill browser' },
    ],
  },
  "a page that can be seen asks again after the browser's own sync failed, however long it was to wait before": {
    hasSync: true,
    steps: [
      { do: 'network', fault: '401', times: 1, ms: 1 },
      { do: 'move clock', ms: -60_000 },
      { do: 'network', fault: 'refused', times: 1, ms: 1 },
      { do: 'wait', ms: 1_000 },
    ],
  },
  'a late copy that was timed on another clock makes no span longer': {
    hasSync: false,
    steps: [
      { do: 'kill tab', tab: 0 },
      { do: 'wait', ms: 16_000 },
      { do: 'open', tab: 0, page: '/confidential/', turns: 0 },
      { do: 'network', fault: 'late', times: 1, ms: 1_248 },
      { do: 'move clock', ms: 60_000 },
    ],
  },
  'what was read before a clock was set forward by less than a request can take is stored whole': {
    hasSync: false,
    steps: [
      { do: 'wait', ms: 25_000 },
      { do: 'hide', tab: 0 },
      { do: 'wait', ms: 10_000 },
      { do: 'show', tab: 0 },
      { do: 'wait', ms: 14_000 },
      { do: 'move clock', ms: 20_000 },
      { do: 'wait', ms: 10_000 },
    ],
  },
  'an answer that comes while the device sleeps is heard when it wakes': {
    hasSync: false,
    steps: [
      { do: 'wait', ms: 1 },
      { do: 'hide', tab: 0 },
      { do: 'show', tab: 0 },
      { do: 'move clock', ms: 60_000 },
      { do: 'network', fault: 'slow', times: 1, ms: 1 },
      { do: 'wait', ms: 5_000 },
      { do: 'sleep', ms: 60_000, isMonotonic: false },
      { do: 'wait', ms: 1 },
    ],
  },
};

it.for(Object.entries(FOUND))('%s', async ([, found]) => {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-faults-'));
  const server = await ServerProcess.start(join(folder, 'faults.db'));
  const stopCounting = countImmediates();
  try {
    const { spans } = await runSchedule(await buildScripts(), server, { ...found, isSyncAlone: false });
    expect(spans).toBeGreaterThan(1);
  } finally {
    stopCounting();
    await server.store.close();
    await rm(folder, { recursive: true });
  }
});
