// The totals' contract (server/store/totals.ts). test/server/totals-of-many.test.ts tests it with large sessions, and with many.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../server/store/open-store.ts';
import type { Statement } from '../../server/store/runner.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import type { PageTotals, ReaderTotals } from '../../server/store/totals.ts';
import { openInlineStore } from '../helpers/inline-store.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const EVERY = { sort: 'last', pageSize: 100 } as const;

const COUNTED_TABLES =
  `reader_totals page_totals reader_page_totals slot_totals slot_readers reader_buckets page_buckets slot_buckets
  counted_sessions counted_pages counted_slots`.split(/\s+/);

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

async function count(): Promise<void> {
  const { counting } = store.totals;
  for (let before: string | undefined; ;) {
    const { ids, next } = await counting.compare(before);
    await counting.count(ids);
    if (next === undefined) return;
    before = next;
  }
}

describe('the totals', () => {
  it('add up sessions by reader and page, those that were only opened apart', async () => {
    for (const [id, email] of [
      ['ann-1', 'ann@example.com'],
      ['ann-2', 'ann@example.com'],
      ['bob', 'bob@example.com'],
      ['scanner', 'scanner@example.com'],
    ] as const)
      await begin(id, email);
    await read('ann-1', '/a/', 0, 100);
    await read('ann-1', '/a/', 50, 150);
    await read('ann-1', '/b/', 140, 200);
    await read('ann-2', '/a', 4_000, 4_010);
    await read('bob', '/b/', 10, 20);
    await read('scanner', '/b/', 0, 4.999);
    await count();
    const [bob, ann] = (await store.totals.listReaders({ sort: 'reading', pageSize: 9 })).toReversed();
    expect(ann).toMatchObject({
      email: 'ann@example.com',
      sessions: 2,
      opened: 0,
      // The first visit of each session begins at the gate.
      visits: 3,
      readingMs: 210 * SECOND,
      lastMs: NOW + 4_010 * SECOND,
    });
    expect(bob).toMatchObject({ email: 'bob@example.com', sessions: 1, readingMs: 10 * SECOND });
    const [scanner, ...others] = await store.totals.listOpened(EVERY);
    expect(scanner).toMatchObject({
      email: 'scanner@example.com',
      sessions: 0,
      opened: 1,
      readingMs: 0,
      medianMs: null,
    });
    expect(others).toEqual([]);
    const pages = await store.totals.listPages({ sort: 'reading', pageSize: 9 });
    expect(pages.map(({ name, sessions, readers, readingMs }) => [name, sessions, readers, readingMs])).toEqual([
      ['/a/', 2, 1, 160 * SECOND],
      ['/b/', 2, 2, 70 * SECOND],
    ]);
    // The lower median of 150 s and 10 s.
    expect(pages[0]?.medianMs).toBeGreaterThan(9.5 * SECOND);
    expect(pages[0]?.medianMs).toBeLessThan(10.5 * SECOND);
    expect(await store.totals.listPagesOfSession('ann-1')).toEqual([
      { page: '/a/', readingMs: 150 * SECOND },
      { page: '/b/', readingMs: 60 * SECOND },
    ]);
  });

  it('have the pages of a reader, and the readers of a page, page by page', async () => {
    for (const id of ['ann', 'bob', 'eve']) await begin(id);
    for (const [nth, page] of ['/a/', '/b/', '/c/'].entries()) await read('ann', page, nth * 10, nth * 10 + 7 + nth);
    await read('bob', '/b/', 0, 100);
    await read('eve', '/b/', 0, 8);
    await count();
    const ann = await store.totals.findReader({ email: 'ann@example.com' });
    const readerId = ann?.id ?? '';
    expect(await store.totals.findReader({ id: readerId })).toEqual(ann);
    expect(await store.totals.readerIdOf('ann@example.com')).toBe(readerId);
    const [longest] = await store.totals.listReaderPages({ readerId, pageSize: 1 });
    expect(longest).toMatchObject({ email: 'ann@example.com', page: '/c/', sessions: 1, readingMs: 9 * SECOND });
    const after = { value: longest?.readingMs ?? 0, id: longest?.pageId ?? '' };
    expect((await store.totals.listReaderPages({ readerId, pageSize: 5, after })).map(({ page }) => page)).toEqual([
      '/b/',
      '/a/',
    ]);
    const page = await store.totals.findPage({ name: '/b' });
    expect(page).toMatchObject({ name: '/b/', readers: 3 });
    const pageId = page?.id ?? '';
    expect(await store.totals.findPage({ id: pageId })).toEqual(page);
    const readers = await store.totals.listReaderPages({ pageId, pageSize: 9 });
    expect(new Set(readers.slice(1).map(({ email }) => email))).toEqual(
      new Set(['ann@example.com', 'eve@example.com']),
    );
    expect(readers[0]).toMatchObject({ email: 'bob@example.com', readingMs: 100 * SECOND });
    expect(await store.totals.findReader({ email: 'nobody@example.com' })).toBeUndefined();
    expect(await store.totals.findPage({ name: '/nowhere/' })).toBeUndefined();
  });

  it.for(['last', 'reading', 'sessions'] as const)('list each reader once, page by page, by %s', async (sort) => {
    const values = { last: 'lastMs', reading: 'readingMs', sessions: 'sessions' } as const;
    for (let nth = 0; nth < 11; nth++) {
      await begin(`s${nth}`, `reader-${nth % 7}@example.com`);
      await read(`s${nth}`, `/${nth % 5}/`, 0, 10 + (nth % 3));
    }
    await count();
    for (const list of ['listReaders', 'listPages'] as const) {
      const all = await store.totals[list]({ sort, pageSize: 100 });
      expect(all).toHaveLength(list === 'listReaders' ? 7 : 5);
      const listed: (ReaderTotals | PageTotals)[] = [];
      for (;;) {
        const last = listed.at(-1);
        const after = last && { value: last[values[sort]], id: last.id };
        const [next]: readonly (ReaderTotals | PageTotals)[] = await store.totals[list]({ sort, pageSize: 1, after });
        if (!next) break;
        listed.push(next);
      }
      expect(listed).toEqual(all);
      const sorted = all.map((one) => one[values[sort]]);
      expect(sorted).toEqual(sorted.toSorted((one, other) => other - one));
    }
  });

  it('give readers ids that tell nobody their addresses, and that stay', async () => {
    await begin('ann');
    await read('ann', '/a/', 0, 10);
    await count();
    const [ann] = await store.totals.listReaders(EVERY);
    expect(ann?.id).toMatch(/^[\w-]{16}$/);
    await store.close();
    store = await openStore(`file:${file}`);
    expect(await store.totals.readerIdOf('ann@example.com')).toBe(ann?.id);
    const other = await openStore(`file:${file}.other`);
    expect(await other.totals.readerIdOf('ann@example.com')).not.toBe(ann?.id);
    await other.close();
  });

  it('follow a session of many pages that grows, and forget it when it is deleted', async () => {
    const MANY = 600;
    const QUARTER_S = 900;
    // At the gate twenty minutes before, in a quarter of an hour without reading.
    await begin('ann', 'ann@example.com', NOW - 20 * MINUTE);
    await begin('bob');
    await read('bob', '/0/', 0, 30);
    const many = Array.from({ length: MANY }, (_, nth) => {
      const startMs = NOW + nth * QUARTER_S * SECOND;
      const id = `many${String((nth * 7) % MANY).padStart(3, '0')}`;
      return { id, page: `/${nth}/`, startMs, endMs: startMs + 10 * SECOND, offsetMs: 0 };
    });
    const record = (more: readonly (typeof many)[number][]) =>
      store.record(more.map((span) => ({ session: 'ann', receivedMs: NOW + 1_000 * HOUR, span })));
    await record(many);
    await record([
      { id: 'glance', page: '/glance/', startMs: NOW + 50 * SECOND, endMs: NOW + 50 * SECOND, offsetMs: 0 },
    ]);
    await count();
    const zone = { fromMs: NOW, toMs: NOW + MANY * QUARTER_S * SECOND, timeZone: 'UTC' };
    const sums = async (): Promise<unknown> => {
      const pages = await store.totals.listPages({ sort: 'reading', pageSize: 1_000 });
      const days = await store.totals.listDays(zone);
      const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0) / SECOND;
      const [ann] = await store.totals.listReaders({ sort: 'reading', pageSize: 1 });
      return {
        ann: (ann?.readingMs ?? 0) / SECOND,
        visits: ann?.visits,
        ofDaysVisits: days.reduce((all, { visits }) => all + visits, 0),
        pages: pages.length,
        ofPages: sum(pages.map(({ readingMs }) => readingMs)),
        ofDays: sum(days.map(({ readingMs }) => readingMs)),
        last: Math.max(...pages.map(({ lastMs }) => lastMs)) - NOW,
      };
    };
    const end = (MANY - 1) * QUARTER_S * SECOND;
    const last = end + 10 * SECOND;
    expect(await sums()).toEqual({
      ann: 6_000,
      visits: 1,
      ofDaysVisits: 2,
      pages: 600,
      ofPages: 6_030,
      ofDays: 6_030,
      last,
    });
    await record(many.map((span) => ({ ...span, endMs: span.startMs + 12 * SECOND })));
    const later = NOW + end + 2 * HOUR;
    await record([{ id: 'new', page: '/new/', startMs: later, endMs: later + 5 * SECOND, offsetMs: 0 }]);
    await count();
    expect(await sums()).toEqual({
      ann: 7_205,
      visits: 2,
      ofDaysVisits: 3,
      pages: 601,
      ofPages: 7_235,
      ofDays: 7_235,
      last: later + 5 * SECOND - NOW,
    });
    await store.deleteSessions(['ann'], NOW);
    expect(await sums()).toEqual({
      ann: 30,
      visits: 1,
      ofDaysVisits: 1,
      pages: 1,
      ofPages: 30,
      ofDays: 30,
      last: 30 * SECOND,
    });
  });

  it('leave out what is excluded, until it no longer is', async () => {
    for (const [id, email] of [
      ['ann-1', 'ann'],
      ['ann-2', 'ann'],
      ['bob', 'bob'],
    ] as const) {
      await begin(id, `${email}@example.com`);
      await read(id, '/a/', 0, 10);
    }
    await store.totals.setExcluded('ann-1', true);
    await count();
    expect(await store.findSession('ann-1')).toMatchObject({ isExcluded: true, readingMs: 10 * SECOND });
    const sessions = async () =>
      Object.fromEntries((await store.totals.listReaders(EVERY)).map((one) => [one.email, one.sessions]));
    expect(await sessions()).toEqual({ 'ann@example.com': 1, 'bob@example.com': 1 });
    await store.totals.setReaderExcluded('ann@example.com', true);
    // Later ones, too.
    await begin('ann-3', 'ann@example.com');
    await read('ann-3', '/a/', 0, 10);
    await store.totals.setExcluded('ann-1', false);
    expect(await store.totals.counting.listRemembered(9)).toEqual(['ann-1', 'ann-2']);
    await count();
    expect(await sessions()).toEqual({ 'bob@example.com': 1 });
    expect(await store.totals.listExcludedReaders()).toEqual(['ann@example.com']);
    await store.totals.setReaderExcluded('ann@example.com', false);
    await count();
    expect(await sessions()).toEqual({ 'ann@example.com': 3, 'bob@example.com': 1 });
  });
});

describe('a session that is deleted', () => {
  const byOwner = async (id: string): Promise<void> => void (await store.deleteSessions([id], NOW));
  const byHand = async (id: string): Promise<void> => {
    const other = new DatabaseSync(file);
    other.prepare('DELETE FROM sessions WHERE id = ?').run(id);
    other.close();
    await store.totals.counting.count([id]);
  };

  /** All rows that are counted, without the versions, which change with each count. */
  function dump(): Readonly<Record<string, readonly unknown[]>> {
    const database = new DatabaseSync(file, { readOnly: true });
    const dumped = COUNTED_TABLES.map((table) => {
      const rows = database.prepare(`SELECT * FROM ${table}`).all();
      const texts = rows.map((row) => JSON.stringify({ ...row, version: undefined }));
      return [table, texts.toSorted()] as const;
    });
    database.close();
    return Object.fromEntries(dumped);
  }

  it.for([
    ['of the same reader, by the owner', 'bob@example.com', byOwner],
    ['of the same reader, by hand', 'bob@example.com', byHand],
    ['of another reader, by the owner', 'ann@example.com', byOwner],
    ['of another reader, by hand', 'ann@example.com', byHand],
  ] as const)('%s, leaves every table as it was', async ([, email, remove]) => {
    await begin('bob');
    await read('bob', '/a/', 0, 30);
    await read('bob', '/b/', 1_000, 1_010);
    await count();
    const before = dump();
    for (const table of COUNTED_TABLES) expect(before[table], table).not.toEqual([]);
    await begin('ann', email);
    await read('ann', '/a/', 600, 620);
    await read('ann', '/b/', 10_000, 10_030);
    await read('ann', '/c/', 20_000, 20_500);
    await begin('scanner', email, NOW + HOUR);
    await count();
    const after = dump();
    for (const table of COUNTED_TABLES) expect(after[table], table).not.toEqual(before[table]);
    for (const id of ['ann', 'scanner']) await remove(id);
    expect(dump()).toEqual(before);
  });

  it('before it was counted leaves the totals alone', async () => {
    await begin('bob');
    await read('bob', '/a/', 0, 30);
    await count();
    const before = dump();
    for (const remove of [byOwner, byHand]) {
      await begin('ann');
      await remove('ann');
      expect(dump()).toEqual(before);
    }
  });
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

describe('days', () => {
  it('are those of the time zone, however long they are', async () => {
    const days = await store.totals.listDays({
      fromMs: Date.parse('2026-10-24T12:00:00Z'),
      toMs: Date.parse('2026-10-26T12:00:00Z'),
      timeZone: 'Europe/Berlin',
    });
    expect(
      days.map(({ day, startMs, endMs }) => [day, new Date(startMs).toISOString(), (endMs - startMs) / HOUR]),
    ).toEqual([
      ['2026-10-26', '2026-10-25T23:00:00.000Z', 24],
      ['2026-10-25', '2026-10-24T22:00:00.000Z', 25],
      ['2026-10-24', '2026-10-23T22:00:00.000Z', 24],
    ]);
  });

  it('cut reading at midnight, and count a session when it began', async () => {
    // Midnight in Kathmandu is at 18:15 UTC.
    const start = Date.parse('2026-11-24T18:10:00Z');
    await begin('ann', 'ann@example.com', start);
    await read('ann', '/a/', (start - NOW) / SECOND, (start - NOW) / SECOND + 600);
    await count();
    const days = async (timeZone: string) =>
      (await store.totals.listDays({ fromMs: start, toMs: start + 12 * HOUR, timeZone })).map(
        ({ day, sessions, visits, readers, readingMs }) => [day, sessions, visits, readers, readingMs / MINUTE],
      );
    expect(await days('Asia/Kathmandu')).toEqual([
      ['2026-11-25', 0, 0, 1, 5],
      ['2026-11-24', 1, 1, 1, 5],
    ]);
    expect(await days('UTC')).toEqual([
      ['2026-11-25', 0, 0, 0, 0],
      ['2026-11-24', 1, 1, 1, 10],
    ]);
    expect(await store.totals.findFirstMs()).toBe(Date.parse('2026-11-24T18:00:00Z'));
  });
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

  it('has the distribution, and the tries that were refused', async () => {
    for (const [nth, id] of ['ann', 'bob', 'eve'].entries()) {
      await begin(id);
      await read(id, '/a/', 0, 10 * 10 ** nth);
    }
    await begin('scanner');
    await count();
    const slot = Math.floor(NOW / (15 * MINUTE));
    await store.refusals.add(new Map([[slot, 2]]), [], NOW);
    await store.refusals.add(
      new Map([
        [slot, 3],
        [slot - 40, 7],
      ]),
      [],
      NOW,
    );
    const day = await today();
    expect(day).toMatchObject({ sessions: 3, opened: 1, visits: 3, readers: 3, refused: 5 });
    expect(day?.buckets.map(({ sessions }) => sessions)).toEqual([1, 1, 1]);
    expect((day?.medianMs ?? 0) / (100 * SECOND)).toBeCloseTo(1, 1);
    const [, , , before] = await store.totals.listDays(days);
    expect(before).toMatchObject({
      sessions: 0,
      opened: 0,
      visits: 0,
      readers: 0,
      readingMs: 0,
      refused: 7,
      medianMs: null,
      buckets: [],
    });
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
