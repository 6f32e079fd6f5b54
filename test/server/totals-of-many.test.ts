// The totals of large sessions and of many: each step takes little. The contract: test/helpers/totals-contract.ts.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Statement } from '../../server/store/runner.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const SECOND = 1_000;
const HOUR = 3_600_000;
const EVERY = { sort: 'last', pageSize: 100 } as const;

let transactions: (readonly Statement[])[];
let rowsRead: number[];
let store: SessionStore;
beforeEach(async () => {
  [transactions, rowsRead] = [[], []];
  store = await openInlineStore(join(await makeMemoryFolder(), 'test.db'), (run, some) => {
    transactions.push(some);
    const answers = run();
    rowsRead.push(...answers.map(({ rows }) => rows.length));
    return answers;
  });
});
afterEach(() => store.close());

const begin = (id: string, email = `${id}@example.com`): Promise<void> =>
  store.createSession({ id, email, startMs: NOW });

it('a session of 20,000 pages is counted and removed in short transactions', { timeout: 120_000 }, async () => {
  await begin('ann');
  for (let from = 0; from < 20_000; from += 2_000)
    await store.record(
      Array.from({ length: 2_000 }, (_, nth) => {
        const startMs = NOW + (from + nth) * SECOND;
        const span = { id: `s${from + nth}`, page: `/${from + nth}/`, startMs, endMs: startMs + SECOND, offsetMs: 0 };
        return { session: 'ann', receivedMs: NOW + 1_000 * HOUR, span };
      }),
    );
  await store.totals.counting.count(['ann']);
  const [ann] = await store.totals.listReaders(EVERY);
  expect(ann?.readingMs).toBe(20_000 * SECOND);
  expect(await store.totals.listReaderPages({ readerId: ann?.id ?? '', pageSize: 30_000 })).toHaveLength(20_000);
  expect((await store.totals.counting.compare(undefined)).ids).toEqual([]);
  // The last answer is the list above; before it, none had more.
  expect(rowsRead.filter((rows) => rows > 500)).toEqual([20_000]);
  expect(await store.deleteSessions(['ann'], NOW)).toBe(1);
  expect(await store.totals.listPages(EVERY)).toEqual([]);
  const pages = transactions.map((some) =>
    some.filter(({ sql }) => /INTO "counted_pages"/.test(sql)).reduce((sum, one) => sum + one.parameters.length / 4, 0),
  );
  expect(Math.max(...pages)).toBe(200);
});

it('the sessions of an older store are counted step by step, and not when it is opened', async () => {
  for (let nth = 0; nth < 4_100; nth++) await begin(`s${String(nth).padStart(5, '0')}`, `r${nth % 50}@example.com`);
  const span = { id: 's', page: '/a/', startMs: NOW, endMs: NOW + 10 * SECOND, offsetMs: 0 };
  await store.record([{ session: 's00000', receivedMs: NOW + HOUR, span }]);
  expect(await store.totals.listOpened(EVERY)).toEqual([]);
  const first = await store.totals.counting.compare(undefined);
  expect([first.ids.length, first.ids[0], first.next]).toEqual([2_000, 's04099', 's02100']);
  const second = await store.totals.counting.compare(first.next);
  expect([second.ids.length, second.ids[0], second.next]).toEqual([2_000, 's02099', 's00100']);
  for (let before: string | undefined; ;) {
    const { ids, next } = await store.totals.counting.compare(before);
    await store.totals.counting.count(ids);
    if (next === undefined) break;
    before = next;
  }
  expect((await store.totals.listOpened(EVERY)).reduce((sum, { opened }) => sum + opened, 0)).toBe(4_099 - 81);
  expect(await store.totals.listReaders(EVERY)).toMatchObject([{ email: 'r0@example.com', sessions: 1, opened: 81 }]);
});
