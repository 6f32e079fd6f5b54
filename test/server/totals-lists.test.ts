// Lists of the totals that are narrowed, and what they say of readers without reading. The contract: test/server/totals.test.ts.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const SECOND = 1_000;
const HOUR = 3_600_000;
const EVERY = { sort: 'last', pageSize: 100 } as const;

let file: string;
/** Called before each transaction that isn't a recording. */
let atTransaction: () => void;
let store: SessionStore;
beforeEach(async () => {
  atTransaction = () => {};
  file = join(await makeMemoryFolder(), 'test.db');
  store = await openInlineStore(file, (run) => {
    atTransaction();
    return run();
  });
});
afterEach(() => store.close());

/** A session that is counted, with 10 s of reading on each of the pages. */
async function count(id: string, email: string, startMs: number, ...pages: readonly string[]): Promise<void> {
  await store.createSession({ id, email, startMs });
  const spans = pages.map((page, nth) => {
    const beginMs = startMs + nth * 10 * SECOND;
    return { id: `s${nth}`, page, startMs: beginMs, endMs: beginMs + 10 * SECOND, offsetMs: 0 };
  });
  await store.record(spans.map((span) => ({ session: id, receivedMs: NOW + 1_000 * HOUR, span })));
  await store.totals.counting.count([id]);
}

it('excluded readers are listed page by page, those seen last first, whatever their ids', async () => {
  const named = await Promise.all(
    ['ann', 'bob', 'cy', 'dan'].map(async (name) => {
      const email = `${name}@example.com`;
      return { email, id: await store.totals.readerIdOf(email) };
    }),
  );
  const [first, second, third, fourth] = named
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
    .map(({ email }) => email) as [string, string, string, string];
  for (const [email, hours] of [
    [first, 3],
    [second, 2],
    [third, 2],
    [fourth, 1],
  ] as const) {
    await count(email, email, NOW + hours * HOUR, '/a/');
    await store.totals.setReaderExcluded(email, true);
  }
  await count('eve', 'eve@example.com', NOW, '/a/');
  const expected = [first, third, second, fourth];
  expect((await store.totals.listExcluded({ pageSize: 10 })).map(({ email }) => email)).toEqual(expected);
  const listed: string[] = [];
  for (let after: { readonly value: number; readonly id: string } | undefined; ;) {
    const page = await store.totals.listExcluded({ pageSize: 1, after });
    const [reader] = page;
    if (!reader || listed.length > 4) break;
    expect(page).toHaveLength(1);
    expect(reader).toMatchObject({ sessions: 1, readingMs: 10 * SECOND });
    listed.push(reader.email);
    after = { value: reader.lastMs, id: reader.id };
  }
  expect(listed).toEqual(expected);
});

it('pages are listed below a path', async () => {
  await count('ann', 'ann@example.com', NOW, '/plan/', '/plan/costs/', '/planet/', '/');
  const pages = await store.totals.listPages({ ...EVERY, below: '/plan/' });
  expect(pages.map(({ name }) => name)).toEqual(['/plan/costs/', '/plan/']);
  expect(await store.totals.listPages(EVERY)).toHaveLength(4);
});

it('a reader was seen first when the first session began that is left', async () => {
  await count('one', 'ann@example.com', NOW + HOUR, '/a/');
  await count('two', 'ann@example.com', NOW, '/a/');
  await count('three', 'ann@example.com', NOW + 2 * HOUR, '/a/');
  const seen = async (): Promise<unknown> => {
    const [ann] = await store.totals.listReaders(EVERY);
    return [ann?.firstMs, ann?.lastMs];
  };
  const lastMs = NOW + 2 * HOUR + 10 * SECOND;
  expect(await seen()).toEqual([NOW, lastMs]);
  const other = new DatabaseSync(file);
  other.exec("DELETE FROM sessions WHERE id = 'two'");
  expect(await seen()).toEqual([NOW + HOUR, lastMs]);
  // Deleted by hand, and not yet out of the totals.
  other.exec('DELETE FROM sessions');
  other.close();
  expect(await seen()).toEqual([lastMs, lastMs]);
});

it('a reader who has only opened pages has no reading times', async () => {
  await count('ann', 'ann@example.com', NOW);
  expect(await store.totals.listOpened(EVERY)).toMatchObject([
    { email: 'ann@example.com', sessions: 0, opened: 1, medianMs: null, buckets: [] },
  ]);
});

it('sessions to count are remembered until they are forgotten', async () => {
  for (const id of ['ann', 'bob', 'eve']) await store.createSession({ id, email: `${id}@example.com`, startMs: NOW });
  const { counting } = store.totals;
  await counting.remember(['ann', 'bob']);
  await counting.remember(['eve', 'ann']);
  expect((await counting.listRemembered(10)).toSorted()).toEqual(['ann', 'bob', 'eve']);
  expect(await counting.listRemembered(2)).toHaveLength(2);
  await counting.forget(['ann', 'eve']);
  expect(await counting.listRemembered(10)).toEqual(['bob']);
});

it('sessions are remembered when they are kept out of the totals, or their reader is, whatever their ids', async () => {
  const { totals } = store;
  const remembered = async () => (await totals.counting.listRemembered(10)).toSorted();
  for (const id of ['0a', '1b', 'zz'])
    await store.createSession({ id, email: id === 'zz' ? 'bob@example.com' : 'ann@example.com', startMs: NOW });
  await totals.setExcluded('zz', true);
  expect(await remembered()).toEqual(['zz']);
  await totals.setReaderExcluded('ann@example.com', true);
  expect(await remembered()).toEqual(['0a', '1b', 'zz']);
});

it('the ids of readers are there once the store can be read', async () => {
  atTransaction = () => {
    throw new Error('disk I/O error');
  };
  await expect(store.totals.readerIdOf('ann@example.com')).rejects.toThrow('disk I/O error');
  atTransaction = () => {};
  expect(await store.totals.readerIdOf('ann@example.com')).toMatch(/^[\w-]{10,}$/);
});
