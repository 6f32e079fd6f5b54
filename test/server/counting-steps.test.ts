// What one transaction changes when sessions are counted and taken out of the totals. What is counted: test/server/totals.test.ts.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Statement } from '../../server/store/runner.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const SECOND = 1_000;
const HOUR = 3_600_000;

let file: string;
let transactions: (readonly Statement[])[];
let store: SessionStore;
beforeEach(async () => {
  transactions = [];
  file = join(await makeMemoryFolder(), 'test.db');
  store = await openInlineStore(file, (run, some) => {
    transactions.push(some);
    return run();
  });
});
afterEach(() => store.close());

const begin = (id: string): Promise<void> => store.createSession({ id, email: `${id}@example.com`, startMs: NOW });

/** Reads as many pages, each for a second, within a quarter of an hour. */
async function readPages(session: string, count: number): Promise<void> {
  await store.record(
    Array.from({ length: count }, (_, nth) => {
      const startMs = NOW + nth * SECOND;
      const span = { id: `s${nth}`, page: `/${nth}/`, startMs, endMs: startMs + SECOND, offsetMs: 0 };
      return { session, receivedMs: NOW + 1_000 * HOUR, span };
    }),
  );
}

/** Begins a session for each of these numbers of pages, and resolves with their ids. */
async function addSessions(sizes: readonly number[]): Promise<readonly string[]> {
  for (const [nth, size] of sizes.entries()) {
    await begin(`s${nth}`);
    await readPages(`s${nth}`, size);
  }
  return sizes.map((_, nth) => `s${nth}`);
}

/** How many rows with this many columns each transaction wrote of the tables. */
function written(columns: number, ...tables: readonly string[]): number[] {
  const counts = transactions.map((some) =>
    some
      .filter(({ sql }) => tables.some((table) => new RegExp(`INTO "?${table}\\b`).test(sql)))
      .reduce((sum, { parameters }) => sum + parameters.length / columns, 0),
  );
  return counts.filter((count) => count > 0);
}

/** Pages and slots of sessions that each transaction wrote. */
const partsWritten = (): number[] => written(4, 'counted_pages', 'counted_slots');
const sessionsWritten = (): number[] => written(8, 'counted_sessions');
const totalsOfPagesWritten = (): number[] => written(6, 'page_totals');

describe('one transaction counts 200 pages and times at most', () => {
  it.for([
    // Each session has one quarter of an hour besides its pages.
    [[199], [200], [1]],
    [[200], [200, 1], [1, 1]],
    [[450], [200, 200, 51], [1, 1, 1]],
    [[99, 99], [200], [2]],
    [
      [99, 100],
      [200, 1],
      [2, 1],
    ],
    [
      [149, 149],
      [200, 100],
      [2, 1],
    ],
    [
      [199, 9],
      [200, 10],
      [1, 1],
    ],
    [[9, 9, 9], [30], [3]],
  ] as const)('of sessions with %j pages it counts %j, of %j sessions', async ([sizes, parts, sessions]) => {
    const ids = await addSessions(sizes);
    await store.totals.counting.count(ids);
    expect([partsWritten(), sessionsWritten()]).toEqual([parts, sessions]);
    expect((await store.totals.counting.compare(undefined)).ids).toEqual([]);
    const read = sizes.map((size) => size * SECOND).toSorted((one, other) => one - other);
    const readers = await store.totals.listReaders({ sort: 'reading', pageSize: 10 });
    expect(readers.map(({ readingMs }) => readingMs).toReversed()).toEqual(read);
  });

  it.for([
    [[199], [], [199]],
    [[200], [200, 1], [200]],
    [[300], [200, 101], [200, 100]],
    [[99, 99], [], [99]],
    [[99, 100], [200, 1], [100]],
  ] as const)('and as many are taken out: of sessions with %j pages', async ([sizes, parts, pages]) => {
    const ids = await addSessions(sizes);
    await store.totals.counting.count(ids);
    transactions = [];
    expect(await store.deleteSessions(ids, NOW)).toBe(ids.length);
    expect([partsWritten(), totalsOfPagesWritten()]).toEqual([parts, pages]);
    const deletions = transactions.filter((some) => some.some(({ sql }) => /^delete from "sessions"/i.test(sql)));
    expect(deletions).toHaveLength(1);
    const other = new DatabaseSync(file, { readOnly: true });
    for (const table of ['reader_totals', 'page_totals', 'slot_totals', 'counted_sessions', 'counted_pages'])
      expect(other.prepare(`SELECT * FROM ${table}`).all(), table).toEqual([]);
    other.close();
  });

  it('but all of a large session that was deleted by hand are taken out at once', async () => {
    await addSessions([300]);
    await store.totals.counting.count(['s0']);
    const other = new DatabaseSync(file);
    other.exec('DELETE FROM sessions');
    other.close();
    transactions = [];
    await store.totals.counting.count(['s0']);
    expect([partsWritten(), totalsOfPagesWritten()]).toEqual([[], [300]]);
    expect(await store.totals.listReaders({ sort: 'last', pageSize: 10 })).toEqual([]);
  });
});

it('to count a session that nobody has writes nothing', async () => {
  // The key that makes ids is stored when it is used first.
  await store.totals.readerIdOf('nobody@example.com');
  transactions = [];
  await store.totals.counting.count(['nobody']);
  expect(transactions.flat().filter(({ sql }) => !/^select/i.test(sql))).toEqual([]);
});
