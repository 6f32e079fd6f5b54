// The totals equal those of the sessions and spans, whatever happened before: late spans, deletions, exclusions, and processes
// that were killed or counted at the same time.
import { mkdtemp } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SessionStore } from '../../server/store/session-store.ts';
import type { Distribution } from '../../server/store/totals.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { readTruth } from '../helpers/totals-oracle.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const EMAILS = ['ann@example.com', 'bob@example.com', 'eve@example.com'];
/** Whose days begin at another quarter of an hour each. */
const ZONES: Readonly<Record<string, number>> = {
  UTC: 0,
  'Asia/Kathmandu': 5.75 * HOUR,
  'America/New_York': -5 * HOUR,
};

/** Mutation tests run it for each mutant. */
const RUNS = 'MUTATION_ISOLATE' in process.env ? 8 : 200;

const WEEK = { fromMs: NOW - DAY, toMs: NOW + 5 * DAY };

const session = fc.nat(4);
const reader = fc.constantFrom(...EMAILS);
const step = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('create' as const), session, reader, hours: fc.nat(40) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      session,
      spans: fc.array(
        fc.record({
          id: fc.constantFrom('a', 'b', 'c', 'd'),
          page: fc.constantFrom('/a/', '/b', '/b/', '/c/'),
          start: fc.oneof(fc.nat(40 * 3_600), fc.constant(0)),
          length: fc.oneof(fc.nat(10), fc.nat(4_000), fc.nat(60_000)),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('beat' as const), session, seconds: fc.nat(10_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('exclude' as const), session, isExcluded: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('excludeReader' as const), reader, isExcluded: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), session, isByHand: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('count' as const),
      sessions: fc.subarray([0, 1, 2, 3, 4], { minLength: 1 }),
      /** Killed at this transaction, before or after its commit. */
      killedAt: fc.option(fc.nat(30), { nil: Infinity }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('countTogether' as const),
      sessions: fc.shuffledSubarray([0, 1, 2, 3, 4]),
      deleted: session,
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Nothing of an erased reader is left in these. */
const TABLES = [
  'counted_sessions',
  'counted_pages',
  'counted_slots',
  'reader_totals',
  'page_totals',
  'reader_page_totals',
  'slot_totals',
  'slot_readers',
  'reader_buckets',
  'page_buckets',
  'slot_buckets',
];
const NO_ROWS = Object.fromEntries(TABLES.map((table) => [table, 0]));

function countRows(file: string): Readonly<Record<string, number>> {
  const database = new DatabaseSync(file, { readOnly: true });
  const count = (table: string): number => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
  const rows = Object.fromEntries(TABLES.map((table) => [table, count(table)]));
  database.close();
  return rows;
}

function deleteByHand(file: string, id: string): void {
  const database = new DatabaseSync(file);
  database.prepare('DELETE FROM sessions WHERE id = ?').run(id);
  database.close();
}

interface Played {
  readonly file: string;
  readonly store: SessionStore;
  readonly excluded: ReadonlySet<string>;
}

async function play(steps: readonly Step[]): Promise<Played> {
  const file = join(await mkdtemp(join(tmpdir(), 'stillhere-totals-')), 'test.db');
  let left = Infinity;
  const open = (): Promise<SessionStore> =>
    openInlineStore(file, (run) => {
      if (--left < 0) throw new Error('killed');
      const answers = run();
      if (--left < 0) throw new Error('killed');
      return answers;
    });
  let [store, other] = [await open(), await open()];
  const excluded = new Set<string>();
  const sessions = new Set<number>();
  /** No id is used again. */
  const deleted = new Map<number, number>();
  const idOf = (nth: number): string => `session-${nth}-${deleted.get(nth) ?? 0}`;
  const forget = (nth: number): void => {
    sessions.delete(nth);
    deleted.set(nth, (deleted.get(nth) ?? 0) + 1);
  };
  for (const [nth, email] of ['ann', 'ann', 'ann', 'bob'].entries()) {
    sessions.add(nth);
    await store.createSession({ id: idOf(nth), email: `${email}@example.com`, startMs: NOW + nth * 7 * SECOND });
  }
  for (const one of steps) {
    // What is kept of the days must not outlive the next change.
    for (const timeZone of Object.keys(ZONES)) await store.totals.listDays({ ...WEEK, timeZone });
    switch (one.kind) {
      case 'create':
        if (sessions.has(one.session)) break;
        sessions.add(one.session);
        await store.createSession({ id: idOf(one.session), email: one.reader, startMs: NOW + one.hours * HOUR });
        break;
      case 'read':
        await store.record(
          one.spans.map(({ id, page, start, length }) => ({
            session: idOf(one.session),
            receivedMs: NOW + 100 * HOUR,
            span: { id, page, startMs: NOW + start * SECOND, endMs: NOW + (start + length) * SECOND, offsetMs: 0 },
          })),
        );
        break;
      case 'beat':
        await store.record([{ session: idOf(one.session), receivedMs: NOW + one.seconds * SECOND }]);
        break;
      case 'exclude':
        await store.totals.setExcluded(idOf(one.session), one.isExcluded);
        break;
      case 'excludeReader':
        await store.totals.setReaderExcluded(one.reader, one.isExcluded);
        if (one.isExcluded) excluded.add(one.reader);
        else excluded.delete(one.reader);
        break;
      case 'delete':
        if (one.isByHand) deleteByHand(file, idOf(one.session));
        else await store.deleteSessions([idOf(one.session)], NOW);
        forget(one.session);
        break;
      case 'count':
        left = one.killedAt;
        await store.totals.counting.count(one.sessions.map(idOf)).catch(() => {});
        left = Infinity;
        if (one.killedAt < Infinity) [store] = [await open(), await store.close()];
        break;
      case 'countTogether':
        await Promise.all([
          store.totals.counting.count(one.sessions.map(idOf)),
          other.deleteSessions([idOf(one.deleted)], NOW),
          other.totals.counting.count(one.sessions.map(idOf)),
        ]);
        forget(one.deleted);
    }
  }
  await other.close();
  return { file, store, excluded };
}

/** Counts what differs, as the job does. */
async function settle({ totals: { counting } }: SessionStore): Promise<void> {
  const { ids, next } = await counting.compare(undefined);
  expect(next).toBeUndefined();
  await counting.count(ids);
  expect(await counting.compare(undefined)).toEqual({ ids: [], next: undefined });
}

function expectDistribution({ medianMs, buckets }: Distribution, times: readonly number[]): void {
  const ordered = times.toSorted((one, other) => one - other);
  const exact = ordered[Math.ceil(ordered.length / 2) - 1];
  if (exact === undefined) expect(medianMs).toBeNull();
  else expect(Math.abs((medianMs ?? 0) / exact - 1)).toBeLessThanOrEqual(0.05);
  for (const { startMs, endMs, sessions } of buckets)
    // Whole milliseconds are at borders of buckets by chance only.
    expect(ordered.filter((time) => time >= startMs && time < endMs).length).toBe(sessions);
  expect(buckets.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(ordered.length);
}

it('equal the sums over the sessions, whatever happened before', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      const { file, store, excluded } = await play(steps);
      await settle(store);
      const truth = await readTruth(store, excluded);
      const readers = truth.readers();
      const everyone = { sort: 'last' as const, pageSize: 10 };
      const listed = [...(await store.totals.listReaders(everyone)), ...(await store.totals.listOpened(everyone))];
      expect(new Set(listed.map(({ email }) => email))).toEqual(new Set(readers.keys()));
      for (const { id: _, email, medianMs, buckets, ...sums } of listed) {
        const { times, ...expected } = readers.get(email) ?? { times: [] };
        expect(sums).toEqual(expected);
        expectDistribution({ medianMs, buckets }, times);
      }
      const pages = truth.pages();
      const listedPages = await store.totals.listPages(everyone);
      expect(listedPages.map(({ name }) => name.replace(/\/$/, '')).toSorted()).toEqual([...pages.keys()].toSorted());
      for (const { id: _, name, medianMs, buckets, ...sums } of listedPages) {
        const { times, ...expected } = pages.get(name.replace(/\/$/, '')) ?? { times: [] };
        expect(sums).toEqual(expected);
        expectDistribution({ medianMs, buckets }, times);
      }
      for (const [timeZone, offsetMs] of Object.entries(ZONES))
        for (const { day, startMs, endMs, medianMs, buckets, refused: _, ...sums } of await store.totals.listDays({
          ...WEEK,
          timeZone,
        })) {
          expect([startMs, endMs]).toEqual([Date.parse(day) - offsetMs, Date.parse(day) + DAY - offsetMs]);
          const { times, ...expected } = truth.day(startMs, endMs);
          expect(sums).toEqual(expected);
          expectDistribution({ medianMs, buckets }, times);
        }
      const ids = (await store.listSessions({ pageSize: 10 })).map(({ id }) => id);
      await store.deleteSessions(ids, NOW);
      await store.close();
      expect(countRows(file)).toEqual(NO_ROWS);
    }),
    { numRuns: RUNS },
  );
});
