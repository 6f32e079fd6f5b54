// The contract of session stores (server/store/session-store.ts), tested with each store.
import { mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { coveredMs } from '../helpers/covered-ms.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';
import {
  MAX_SESSION_SPANS,
  MAX_STRETCHES,
  type SessionStore,
  type Sighting,
} from '../../server/store/session-store.ts';
import { openStore } from '../../server/store/open-store.ts';
import { SqliteThread } from '../../server/store/sqlite/sqlite-thread.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const SECOND = 1_000;

function seen(
  startS: number,
  endS: number,
  more: Partial<NonNullable<Sighting['span']>> & { session?: string; receivedS?: number } = {},
): Sighting {
  const { session = 'ann', receivedS = 10_000, ...span } = more;
  return {
    session,
    receivedMs: NOW + receivedS * SECOND,
    span: { id: 's', page: '/a/', startMs: NOW + startS * SECOND, endMs: NOW + endS * SECOND, offsetMs: 0, ...span },
  };
}

/** @param place opens the store in the same place, repeatedly. */
function describeStore(name: string, place: () => Promise<() => Promise<SessionStore>>): void {
  describe(`the ${name} store`, () => {
    let open: () => Promise<SessionStore>;
    let store: SessionStore;
    beforeEach(async () => {
      open = await place();
      store = await open();
      for (const id of ['ann', 'bob']) await store.createSession({ id, email: `${id}@example.com`, startMs: NOW });
    });
    afterEach(() => store.close());

    const inSeconds = async (
      id = 'ann',
    ): Promise<{ end: number; reading: number; page: string | null; spans: unknown[] }> => {
      const session = await store.findSession(id);
      const spans = await store.listSpans(id);
      return {
        end: ((session?.endMs ?? NOW) - NOW) / SECOND,
        reading: (session?.readingMs ?? 0) / SECOND,
        page: session?.currentPage ?? null,
        spans: spans.map(({ id: span, startMs, endMs }) => [span, (startMs - NOW) / SECOND, (endMs - NOW) / SECOND]),
      };
    };

    it('keeps the largest end and the first start', async () => {
      await store.record([seen(1, 5)]);
      await store.record([seen(1, 3), seen(0, 9), seen(2, 4)]);
      expect(await inSeconds()).toEqual({ end: 9, reading: 8, page: '/a/', spans: [['s', 1, 9]] });
    });

    it('returns results in order, and records known sessions beside unknown ones', async () => {
      const recorded = await store.record([
        seen(0, 1),
        seen(0, 1, { session: 'nobody' }),
        { session: 'bob', receivedMs: NOW + SECOND },
      ]);
      expect(recorded).toEqual(['stored', 'unknown-session', 'stored']);
      expect((await inSeconds('bob')).end).toBe(1);
      expect(await store.findSession('nobody')).toBeUndefined();
    });

    it('moves a whole span into the possible range, and cuts it only if it is longer', async () => {
      await store.record([seen(-50, 5, { id: 'early' })]);
      await store.record([seen(70, 99, { id: 'future', session: 'bob', receivedS: 50 })]);
      expect((await inSeconds()).spans).toEqual([['early', 0, 55]]);
      expect((await inSeconds('bob')).spans).toEqual([['future', 21, 50]]);
      await store.record([seen(-50, 99, { id: 'long', session: 'bob', receivedS: 60 })]);
      expect((await inSeconds('bob')).spans).toEqual([
        ['long', 0, 60],
        ['future', 21, 50],
      ]);
    });

    it('keeps lengths and gaps of queued spans when the device clock is set', async () => {
      const hour = 3_600;
      for (const [nth, error] of [-5 * hour, 5 * hour].entries()) {
        const session = `set-${nth}`;
        await store.createSession({ id: session, email: 'x@example.com', startMs: NOW });
        await store.record([
          seen(error + 10, error + 20, { id: 'one', session, receivedS: hour }),
          seen(error + 50, error + 90, { id: 'two', session, receivedS: hour }),
        ]);
        // The rest arrives with the next delivery, and uses the offset computed for the first.
        await store.record([seen(error + 25, error + 30, { id: 'three', session, receivedS: hour + 5 })]);
        expect((await inSeconds(session)).reading).toBe(55);
      }
    });

    it('places spans of a clock that was known before it was set where they were read', async () => {
      const hour = 3_600;
      await store.record([
        seen(0, 10, {
          id: 'online',
          startMs: NOW - hour * SECOND,
          endMs: NOW + (10 - hour) * SECOND,
          offsetMs: hour * SECOND,
          receivedS: 10,
        }),
      ]);
      const before = { startMs: NOW + (20 - hour) * SECOND, endMs: NOW + (50 - hour) * SECOND };
      await store.record([seen(0, 0, { ...before, id: 'tunnel', offsetMs: 0, receivedS: 100 })]);
      expect((await inSeconds()).spans).toEqual([
        ['online', 0, 10],
        ['tunnel', 20, 50],
      ]);
    });

    it('lets a known span grow by its length when the device clock is set', async () => {
      await store.record([seen(10, 20, { receivedS: 20 })]);
      // The queued row still has the old times; the delivery shows the new clock.
      await store.record([seen(10, 45, { offsetMs: 3_600 * SECOND, receivedS: 60 })]);
      expect((await inSeconds()).spans).toEqual([['s', 10, 45]]);
    });

    it('lets a span whose place is a guess grow by its length alone', async () => {
      await store.record([seen(-20, -10, { receivedS: 30 })]);
      // A late copy, timed on the clock before it was set. It seems to fit the guess, and is shorter.
      await store.record([seen(17, 18, { receivedS: 40 })]);
      expect((await inSeconds()).spans).toEqual([['s', 0, 10]]);
      await store.record([seen(-20, -5, { receivedS: 50 })]);
      expect((await inSeconds()).spans).toEqual([['s', 0, 15]]);
    });

    it('keeps the largest end when a device sends a different start each time', async () => {
      for (const second of [1, 40, 90]) await store.record([seen(second - 1, second, { receivedS: second })]);
      expect((await inSeconds()).spans).toEqual([['s', 0, 90]]);
    });

    it('limits the spans of a session, while existing ones keep growing', async () => {
      const many = Array.from({ length: MAX_SESSION_SPANS }, (_, nth) => seen(5, 5, { id: `s${nth}` }));
      for (let from = 0; from < many.length; from += 5_000) await store.record(many.slice(from, from + 5_000));
      expect(
        await store.record([seen(1, 2, { id: 'more' }), seen(5, 9, { id: 's0' }), seen(1, 2, { session: 'bob' })]),
      ).toEqual(['too-many-spans', 'stored', 'stored']);
      expect((await inSeconds()).reading).toBe(4);
    });

    it('limits the separate stretches of a session, until a span joins them', async () => {
      // From last to first, so that each is before the last stretch.
      const apart = Array.from({ length: MAX_STRETCHES + 1 }, (_, nth) =>
        seen(9_000 - 2 * nth, 9_001 - 2 * nth, { id: `s${nth}` }),
      );
      expect(new Set(await store.record(apart))).toEqual(new Set(['stored']));
      expect(await store.record([seen(1, 2, { id: 'apart' })])).toEqual(['too-many-spans']);
      expect(await store.record([seen(9_000, 9_500, { id: 's0' }), seen(8_000, 9_000, { id: 'over' })])).toEqual([
        'stored',
        'stored',
      ]);
      expect(await store.record([seen(1, 2, { id: 'apart' })])).toEqual(['stored']);
    });

    it('ends the access of a session once, and keeps its record', async () => {
      await store.record([seen(0, 5)]);
      await store.endAccess('ann', NOW + 7);
      await store.endAccess('ann', NOW + 9);
      await store.endAccess('nobody', NOW);
      expect(await store.findSession('ann')).toMatchObject({ accessEndedMs: NOW + 7, readingMs: 5 * SECOND });
      expect(await store.findSession('bob')).toMatchObject({ accessEndedMs: null });
    });

    it('deletes sessions with their spans, refuses what arrives for them later, and keeps the others', async () => {
      await store.record([seen(0, 5), seen(7, 9, { id: 't' }), seen(0, 5, { session: 'bob' })]);
      expect(await store.deleteSessions(['ann', 'nobody'], NOW)).toBe(1);
      expect(await store.findSession('ann')).toBeUndefined();
      expect(await store.findAccess('ann')).toBeUndefined();
      expect(await store.listSpans('ann')).toEqual([]);
      expect(await store.record([seen(0, 9), seen(0, 9, { session: 'bob' })])).toEqual(['unknown-session', 'stored']);
      expect(await store.listSpans('ann')).toEqual([]);
      expect((await inSeconds('bob')).reading).toBe(9);
      expect(await store.deleteSessions(['ann'], NOW)).toBe(0);
    });

    it("keeps sessions' spans separate, whatever ids devices choose", async () => {
      await store.record([seen(0, 5), seen(3, 4, { session: 'bob', page: '/b/' })]);
      expect(await inSeconds()).toMatchObject({ end: 5, page: '/a/', spans: [['s', 0, 5]] });
      expect(await inSeconds('bob')).toMatchObject({ end: 4, page: '/b/', spans: [['s', 3, 4]] });
    });

    it('reports the current page: that of the span with the latest end, on equal ends the later start', async () => {
      await store.record([seen(5, 5, { id: 'new', page: '/new/' }), seen(0, 5, { id: 'old', page: '/old/' })]);
      expect((await inSeconds()).page).toBe('/new/');
      await store.record([seen(0, 6, { id: 'old', page: '/old/' })]);
      expect((await inSeconds()).page).toBe('/old/');
    });

    it('has all data after closing and reopening', async () => {
      await store.record([seen(0, 5)]);
      const before = [await store.findSession('ann'), await store.listSpans('ann')];
      await store.close();
      store = await open();
      expect([await store.findSession('ann'), await store.listSpans('ann')]).toEqual(before);
    });

    it('keeps when spans arrived that were replayed or late, and of no others', async () => {
      await store.record([
        seen(0, 5, { id: 'at once', receivedS: 6 }),
        seen(0, 5, { id: 'late', receivedS: 90 }),
        seen(0, 5, { id: 'replayed', receivedS: 30, isReplayed: true }),
      ]);
      await store.record([
        seen(0, 9, { id: 'at once', receivedS: 95 }),
        seen(0, 100, { id: 'late', receivedS: 100 }),
        seen(0, 100, { id: 'replayed', receivedS: 101, isReplayed: true }),
      ]);
      const received = (await store.listSpans('ann')).map(({ id, receivedMs }) => [
        id,
        receivedMs && (receivedMs - NOW) / SECOND,
      ]);
      expect(received).toEqual([
        ['at once', 95],
        ['late', 90],
        ['replayed', 101],
      ]);
      await store.record([seen(200, 205, { id: 'new', receivedS: 206 })]);
      expect((await store.listSpansAfter('ann', { startMs: NOW + 100 * SECOND, id: '' }, 1))[0]?.receivedMs).toBeNull();
    });

    it('gives the same result in any order, repetition and batching, with the union as reading time', async () => {
      const span = fc.record({
        id: fc.constantFrom('a', 'b', 'c'),
        start: fc.constantFrom(0, 10, 20, 35),
        length: fc.nat(30),
      });
      await fc.assert(
        fc.asyncProperty(
          fc.array(span, { maxLength: 12 }),
          fc.infiniteStream(fc.nat(9)),
          fc.uuid(),
          async (spans, dice, id) => {
            // A span begins once, so its id depends on its start here.
            const sightings = spans.map(({ id: tab, start, length }) =>
              seen(start, start + length, { id: `${tab}${start}`, page: `/${tab}/`, session: '' }),
            );
            const results = [];
            for (const [nth, doubled] of [sightings, [...sightings, ...sightings.toReversed()]].entries()) {
              const session = `${id}-${nth}`;
              await store.createSession({ id: session, email: 'x@example.com', startMs: NOW });
              const shuffled = nth ? doubled.toSorted(() => (dice.next().value ?? 0) - 4) : doubled;
              let endMs = 0;
              for (let from = 0; from < shuffled.length;) {
                const batch = shuffled.slice(from, (from += 1 + (dice.next().value ?? 0)));
                await store.record(batch.map((sighting) => ({ ...sighting, session })));
                const now = (await store.findSession(session))?.endMs ?? 0;
                expect(now).toBeGreaterThanOrEqual(endMs);
                endMs = now;
              }
              const stored = await store.listSpans(session);
              expect((await store.findSession(session))?.readingMs).toBe(coveredMs(stored));
              results.push({ ...(await inSeconds(session)) });
            }
            expect(results[1]).toEqual(results[0]);
          },
        ),
        { numRuns: 100 },
      );
    });

    it('answers a health check', async () => {
      await expect(store.check()).resolves.toBeUndefined();
    });
  });
}

async function sqlitePlace(): Promise<() => Promise<SessionStore>> {
  const file = join(await mkdtemp(join(tmpdir(), 'stillhere-store-')), 'deeper/test.db');
  return () => openStore(`file:${file}`);
}

describeStore('SQLite', sqlitePlace);

describe('SQLite', () => {
  it('acknowledges nothing that a power failure could undo: WAL and synchronous=FULL', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'stillhere-store-')), 'store.db');
    await (await openStore(`file:${file}`)).close();
    const writing = new SqliteThread({ file, isReadOnly: false });
    const settings = ['synchronous', 'journal_mode'].map((name) => ({ sql: `PRAGMA ${name}`, parameters: [] }));
    const answers = await Promise.all(settings.map((one) => writing.call('run', [one])));
    expect(answers.flat().flatMap(({ rows }) => rows)).toEqual([{ synchronous: 2 }, { journal_mode: 'wal' }]);
    await writing.close();
  });

  it('refuses to open without these settings', async () => {
    await expect(openStore('file::memory:')).rejects.toThrow(/does not support journal_mode=WAL with synchronous=FULL/);
  });

  it('can be created by the next start, wherever the first one was killed', { timeout: 180_000 }, async () => {
    const prepare = Object.getOwnPropertyDescriptor(DatabaseSync.prototype, 'prepare')
      ?.value as DatabaseSync['prepare'];
    let isMade = false;
    for (let most = 0; !isMade; most++) {
      const file = join(await makeMemoryFolder(), 'store.db');
      let count = 0;
      const dying = vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (this: DatabaseSync, sql) {
        if (/CREATE|ALTER|INSERT|UPDATE|DELETE|DROP/i.test(sql) && count++ === most) throw new Error('killed');
        return prepare.call(this, sql);
      });
      isMade = await openInlineStore(file).then(
        (store) => store.close().then(() => true),
        () => false,
      );
      dying.mockRestore();
      await (await openInlineStore(file)).close();
      await rm(dirname(file), { recursive: true });
    }
  });

  it('deletes many spans in several transactions, each session as a whole in one of them', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'stillhere-store-')), 'store.db');
    const store = await openStore(`file:${file}`);
    const sessions = ['one', 'two', 'three', 'four', 'five'];
    for (const session of sessions) {
      await store.createSession({ id: session, email: 'x@example.com', startMs: NOW });
      await store.record(
        Array.from({ length: 900 }, (_, nth) => seen(nth * 2, nth * 2 + 1, { id: `s${nth}`, session })),
      );
    }
    const called = vi.spyOn(SqliteThread.prototype, 'call');
    expect(await store.deleteSessions(sessions, NOW)).toBe(5);
    expect(
      called.mock.calls.filter(([, statements]) => JSON.stringify(statements).includes('delete from')),
    ).toHaveLength(5);
    called.mockRestore();
    await store.close();
    const connection = new DatabaseSync(file);
    for (const table of ['sessions', 'spans', 'stretches'])
      expect(connection.prepare(`SELECT count(*) AS rows FROM ${table}`).get()).toEqual({ rows: 0 });
    connection.close();
  });

  it('rolls back the whole transaction if a part fails, and keeps working', async () => {
    const store = await (await sqlitePlace())();
    await store.createSession({ id: 'ann', email: 'ann@example.com', startMs: NOW });
    const spoilt = seen(0, 1, { id: 'bad', page: Symbol('no text') as unknown as string });
    await expect(store.record([seen(0, 5), spoilt])).rejects.toThrow();
    expect(await store.listSpans('ann')).toEqual([]);
    expect(await store.record([seen(0, 5)])).toEqual(['stored']);
    await store.close();
  });
});
