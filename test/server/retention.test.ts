// The job that deletes old sessions (server/jobs/retention.ts).
import { existsSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createRetentionJob, type RetentionJob } from '../../server/jobs/retention.ts';
import { NOCODB } from '../../server/store/outbox.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { until } from '../helpers/until.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const DAY = 86_400_000;
const KEEP_DAYS = 30;

let file: string;
let store: SessionStore;
let job: RetentionJob | undefined;
let lines: string[];
beforeEach(async () => {
  lines = [];
  file = join(await mkdtemp(join(tmpdir(), 'stillhere-retention-')), 'test.db');
  store = await openInlineStore(file);
});
afterEach(async () => {
  await job?.stop();
  await store.close();
});

/** A session that began so many days ago, with a span that ended so many days ago. */
async function begin(id: string, startDays: number, endDays?: number): Promise<void> {
  await store.createSession({ id, email: `${id}@example.com`, startMs: NOW - startDays * DAY });
  if (endDays === undefined) return;
  const endMs = NOW - endDays * DAY;
  const span = { id: 's', page: '/a/', startMs: endMs - 60_000, endMs, offsetMs: 0 };
  await store.record([{ session: id, receivedMs: endMs, span }]);
}

/** A link, a shared one, a refused address and a code, of which the first three ended so many days ago. */
async function addOthers(name: string, days: number, codeMs: number): Promise<void> {
  const endMs = NOW - days * DAY;
  const link = { id: name, hash: name, pages: null, createdMs: NOW - 400 * DAY, untilMs: endMs };
  await store.invitations.add({ ...link, email: `${name}@example.com` });
  await store.shares.add({ ...link, label: name });
  const refused = { email: `${name}@example.com`, tries: 1, firstMs: endMs, lastMs: endMs };
  // Otherwise, it would be forgotten at once.
  await store.refusals.add(new Map(), [refused], endMs);
  const code = { hash: name, email: `${name}@example.com`, next: '/', isMeasured: true, codeHmac: 'hmac' };
  await store.codes.add({ ...code, sentMs: codeMs, untilMs: codeMs + 600_000 }, 0);
}

/** Of which there are, besides sessions. */
async function othersLeft(): Promise<readonly (readonly string[])[]> {
  const links = await store.invitations.list();
  const [shares, refused] = [await store.shares.list(), await store.refusals.listAddresses()];
  const codes = await Promise.all(['old', 'new'].map((hash) => store.codes.find(hash)));
  return [links, refused, codes.flatMap((one) => one ?? [])]
    .map((list) => list.map(({ email }) => email.split('@')[0] ?? '').toSorted())
    .concat([shares.map(({ label }) => label ?? '').toSorted()]);
}

function start(of = store, options = {}): void {
  const log = pino({ level: 'trace' }, { write: (line) => lines.push(line) });
  job = createRetentionJob(of, KEEP_DAYS * DAY, log, { now: () => NOW, firstMs: 0, everyMs: 20, ...options });
  job.start();
}

const left = async (): Promise<readonly string[]> =>
  (await store.listSessions({ pageSize: 100 })).map(({ id }) => id).toSorted();

it('deletes sessions by the last sign of their reader, and leaves the others', async () => {
  await begin('old', 40, 31);
  await begin('never-read', 31);
  await begin('long', 40, 29);
  await begin('new', 1, 1);
  await store.outboxOf(NOCODB).countUntold();
  start();
  await until(async () => (await left()).length === 2);
  expect(await left()).toEqual(['long', 'new']);
  expect((await store.listSpans('long')).length).toBe(1);
  expect(await store.erasures.listOutstanding()).toEqual([{ consumer: NOCODB, sessions: 2 }]);
  await until(() => lines.some((line) => line.includes('"sessions":2')));
  expect(lines.join('')).not.toContain('@example.com');
});

it('deletes many, in small steps, and those that grow old later', async () => {
  for (let nth = 0; nth < 50; nth++) await begin(`old-${nth}`, 31);
  const steps: number[] = [];
  const { erasures } = store;
  const counted: SessionStore['erasures'] = {
    preview: (...given) => erasures.preview(...given),
    erase: (...given) => erasures.erase(...given),
    findKept: (...given) => erasures.findKept(...given),
    listOutstanding: () => erasures.listOutstanding(),
    scrub: () => erasures.scrub(),
    deleteEnded: (...given) => erasures.deleteEnded(...given),
    deleteUnseenSince: async (...given) => {
      const deleted = await erasures.deleteUnseenSince(...given);
      if (deleted > 0) steps.push(deleted);
      return deleted;
    },
  };
  start({ ...store, erasures: counted });
  await until(async () => (await left()).length === 0);
  expect(steps).toEqual([20, 20, 10]);
  await begin('later', 31);
  await until(async () => (await left()).length === 0);
});

it.for([
  // After RETENTION_DAYS; without it, or where it is longer, after 30 days.
  [7, 7],
  [undefined, 30],
  [365, 30],
] as const)('with RETENTION_DAYS %s, deletes addresses %i days after the end of what needed them', async (given) => {
  const [retentionDays, days] = given;
  await addOthers('old', days + 0.01, NOW - 3_600_001);
  await addOthers('new', days - 0.01, NOW - 3_599_999);
  await begin('unseen', 300, 299);
  const keepMs = retentionDays === undefined ? undefined : retentionDays * DAY;
  const log = pino({ level: 'trace' }, { write: (line) => lines.push(line) });
  job = createRetentionJob(store, keepMs, log, { now: () => NOW, firstMs: 0, everyMs: 20 });
  job.start();
  await until(() => lines.some((line) => line.includes('"others":4')));
  expect(await othersLeft()).toEqual([['new'], ['new'], ['new'], ['new']]);
  expect(await left()).toEqual(retentionDays === 7 ? [] : ['unseen']);
  expect(lines.join('')).not.toContain('@example.com');
});

it('overwrites in the files what it has deleted', async () => {
  await addOthers('old', 31, NOW - DAY);
  start();
  await until(() => lines.some((line) => line.includes('"others":4')));
  const files = [file, `${file}-wal`].filter((one) => existsSync(one));
  const contents = await Promise.all(files.map((one) => readFile(one, 'latin1')));
  expect(contents.join('')).not.toContain('old@example.com');
});

it('waits before the first round, because a machine may not know the time yet', async () => {
  await begin('old', 31);
  start(store, { firstMs: 60_000 });
  await job?.stop();
  expect(await left()).toEqual(['old']);
});

it('goes on after a failure, and says it', async () => {
  await begin('old', 31);
  const { erasures } = store;
  let failures = 1;
  const failing = {
    scrub: () => erasures.scrub(),
    deleteEnded: (...given: Parameters<typeof erasures.deleteEnded>) => erasures.deleteEnded(...given),
    deleteUnseenSince: (...given: Parameters<typeof erasures.deleteUnseenSince>) =>
      failures-- > 0 ? Promise.reject(new Error('locked')) : erasures.deleteUnseenSince(...given),
  };
  start({ erasures: failing } as unknown as SessionStore);
  await until(async () => (await left()).length === 0);
  expect(lines.join('')).toContain("can't delete what is not kept any longer");
});
