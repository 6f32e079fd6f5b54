// The totals in SQLite: how they are counted and read, and what comes between. Their contract is in test/helpers/totals-contract.ts.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Statement } from '../../server/store/runner.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { countAll, EVERY, HOUR, MINUTE, SECOND } from '../helpers/counted-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { NOW } from '../helpers/store-contract.ts';

let file: string;
let statements: Statement[];
/** Called before the next transaction that changes totals. */
let atNextChange: (() => void) | undefined;
/** Called before what takes long of days is read. */
let atNextDetails: (() => void) | undefined;
let store: SessionStore;
beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'stillhere-totals-')), 'test.db');
  statements = [];
  atNextChange = undefined;
  atNextDetails = undefined;
  store = await openInlineStore(file, (run, some) => {
    statements.push(...some);
    if (some.some(({ sql }) => sql.includes('INTO reader_totals'))) {
      const call = atNextChange;
      atNextChange = undefined;
      call?.();
    }
    if (some.some(({ sql }) => sql.includes('FROM slot_readers'))) {
      const call = atNextDetails;
      atNextDetails = undefined;
      call?.();
    }
    return run();
  });
});
afterEach(() => store.close());

let spans = 0;
/** Reads from one second to another after {@link NOW}. */
async function read(session: string, page: string, fromS: number, toS: number): Promise<void> {
  const span = { id: `s${spans++}`, page, startMs: NOW + fromS * SECOND, endMs: NOW + toS * SECOND, offsetMs: 0 };
  await store.record([{ session, receivedMs: NOW + 1_000 * HOUR, span }]);
}

async function begin(id: string, email = `${id}@example.com`, startMs = NOW): Promise<void> {
  await store.createSession({ id, email, startMs });
}

const count = (): Promise<void> => countAll(store);

it('the ids of readers are those of one store', async () => {
  const other = await openInlineStore(`${file}.other`);
  const [id, otherId] = await Promise.all([store, other].map(({ totals }) => totals.readerIdOf('ann@example.com')));
  expect(id).not.toBe(otherId);
  await other.close();
});

it('counting a session that has not changed writes nothing', async () => {
  await begin('ann');
  await read('ann', '/a/', 0, 10);
  await count();
  statements = [];
  await store.totals.counting.count(['ann', 'ann']);
  expect(statements.filter(({ sql }) => !/^select/i.test(sql))).toEqual([]);
  await read('ann', '/a/', 20, 30);
  statements = [];
  await store.totals.counting.count(['ann', 'ann']);
  expect(statements.filter(({ sql }) => /into "?counted_sessions/i.test(sql))).toHaveLength(1);
});

it('a session that is deleted while it is counted does not come back', async () => {
  for (const id of ['ann', 'bob']) {
    await begin(id);
    await read(id, '/a/', 0, 10);
  }
  const other = new DatabaseSync(file);
  atNextChange = () => void other.prepare("DELETE FROM sessions WHERE id = 'ann'").run();
  await store.totals.counting.count(['ann', 'bob']);
  expect(atNextChange).toBeUndefined();
  expect((await store.totals.listReaders(EVERY)).map(({ email }) => email)).toEqual(['bob@example.com']);
  expect(other.prepare('SELECT session_id FROM counted_sessions').all()).toEqual([{ session_id: 'bob' }]);
  expect(other.prepare("SELECT 1 FROM reader_totals WHERE email LIKE 'ann%'").all()).toEqual([]);
  other.close();
});

it('a session that is deleted leaves nothing behind, at whichever moment of its deletion it is counted', async () => {
  const other = new DatabaseSync(file);
  const left = ['counted_sessions', 'reader_totals', 'page_totals', 'slot_readers'] as const;
  const found: string[] = [];
  const pass = async (turns: number): Promise<void> => {
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
  };
  for (let turns = 0; turns < 80; turns++)
    for (const isCountedLater of [true, false]) {
      const id = `ann-${turns}-${isCountedLater}`;
      await begin(id, 'ann@example.com');
      await read(id, '/a/', 0, 10);
      await Promise.all([
        pass(isCountedLater ? turns : 0).then(() => store.totals.counting.count([id])),
        pass(isCountedLater ? 0 : turns).then(() => store.deleteSessions([id], NOW)),
      ]);
      for (const table of left) if (other.prepare(`SELECT 1 FROM ${table}`).get()) found.push(`${id}: ${table}`);
      for (const table of left) other.exec(`DELETE FROM ${table}`);
    }
  expect(found).toEqual([]);
  other.close();
});

describe('what takes long to find out of days', () => {
  const DAY = 24 * HOUR;
  const days = { fromMs: NOW - 40 * DAY, toMs: NOW + 2 * DAY, timeZone: 'UTC' };
  const details = (): number => statements.filter(({ sql }) => /FROM slot_(?:readers|buckets)/.test(sql)).length;
  const today = async () => (await store.totals.listDays(days)).find(({ day }) => day === '2026-11-24');

  it('is read once, and again only of a day that has changed', async () => {
    await begin('ann');
    await read('ann', '/a/', 0, 10);
    await count();
    const first = await store.totals.listDays(days);
    expect(first).toHaveLength(43);
    expect(first.map(({ startMs }) => startMs)).toEqual(
      Array.from({ length: 43 }, (_, nth) => Date.parse('2026-11-26T00:00:00Z') - nth * DAY),
    );
    statements = [];
    expect(await store.totals.listDays(days)).toEqual(first);
    expect(details()).toBe(0);
    await begin('bob');
    await read('bob', '/a/', 0, 20);
    await count();
    statements = [];
    expect(await today()).toMatchObject({ sessions: 2, readers: 2, readingMs: 30 * SECOND });
    expect(details()).toBe(2);
  });

  it('is read again of the day on which a session began that goes on the day after', async () => {
    await begin('ann', 'ann@example.com', NOW);
    await read('ann', '/a/', 0, 100);
    await count();
    expect((await today())?.medianMs).toBeLessThan(110 * SECOND);
    const midnightS = 16 * 3_600;
    await read('ann', '/a/', midnightS, midnightS + 900);
    await count();
    expect((await today())?.medianMs).toBeGreaterThan(900 * SECOND);
  });

  it('of a day that changes while it is read is read again the next time', async () => {
    await begin('ann');
    await read('ann', '/a/', 0, 10);
    await count();
    const other = new DatabaseSync(file);
    atNextDetails = () => {
      other
        .prepare("INSERT INTO slot_readers (slot, reader_id, sessions) SELECT slot, 'bob', 1 FROM slot_totals")
        .run();
      other.prepare('UPDATE slot_totals SET version = version + 1').run();
    };
    // As it was, or as it is: what is read of it belongs together with neither.
    await today();
    expect(atNextDetails).toBeUndefined();
    expect((await today())?.readers).toBe(2);
    other.close();
  });

  it('of a day that is empty before and after, but not while it is read, is read again', async () => {
    const other = new DatabaseSync(file);
    const slot = Math.floor(NOW / (15 * MINUTE));
    atNextDetails = () => {
      other.exec(`INSERT INTO slot_totals (slot, version, sessions, opened, visits, reading_ms) VALUES (${slot}, 5, 1, 0, 1, 9);
        INSERT INTO slot_readers (slot, reader_id, sessions) VALUES (${slot}, 'bob', 1)`);
    };
    await today();
    other.exec('DELETE FROM slot_totals; DELETE FROM slot_readers');
    expect(await today()).toMatchObject({ sessions: 0, readers: 0 });
    other.close();
  });
});

it('lists are read in the order of an index', async () => {
  await begin('ann');
  await read('ann', '/a/', 0, 10);
  await count();
  statements = [];
  const after = { value: NOW, id: 'x' };
  for (const sort of ['last', 'reading', 'sessions'] as const)
    for (const list of ['listReaders', 'listPages'] as const) {
      await store.totals[list]({ sort, pageSize: 50 });
      await store.totals[list]({ sort, pageSize: 50, after });
    }
  await store.totals.listOpened({ pageSize: 50, after });
  await store.totals.listReaderPages({ readerId: 'x', pageSize: 50, after });
  await store.totals.listReaderPages({ pageId: 'x', pageSize: 50, after });
  await store.totals.findReader({ id: 'x' });
  await store.totals.findPage({ id: 'x' });
  const database = new DatabaseSync(file, { readOnly: true });
  const planOf = ({ sql, parameters }: Statement): string =>
    database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...(parameters as SQLInputValue[]))
      .map(({ detail }) => String(detail))
      .join('; ');
  const plans = statements.map(planOf);
  expect(plans.length).toBeGreaterThan(17);
  for (const plan of plans) {
    expect(plan).toMatch(/USING (?:COVERING )?INDEX|USING PRIMARY KEY/);
    expect(plan).not.toMatch(/TEMP B-TREE/);
    // Without a place to begin at, an index is read from its end.
    expect(plan.replaceAll(/SCAN \w+ USING (?:COVERING )?INDEX (?:readers|pages)_by_/g, '')).not.toMatch(/SCAN/);
  }
  // Days need other orders, but never more than their own quarters of an hour.
  statements = [];
  await store.totals.listDays({ fromMs: NOW, toMs: NOW + HOUR, timeZone: 'UTC' });
  for (const plan of statements.map(planOf))
    expect(plan).toMatch(/SEARCH \w+ USING PRIMARY KEY \(slot>\? AND slot<\?\)/);
  database.close();
});
