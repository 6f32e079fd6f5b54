// Which sessions are loaded together to be counted. What is counted: test/server/totals.test.ts.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Statement } from '../../server/store/runner.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const QUARTER = 900_000;

let file: string;
let statements: Statement[];
let store: SessionStore;
beforeEach(async () => {
  statements = [];
  file = join(await makeMemoryFolder(), 'test.db');
  store = await openInlineStore(file, (run, some) => {
    statements.push(...some);
    return run();
  });
});
afterEach(() => store.close());

const begin = (id: string): Promise<void> => store.createSession({ id, email: `${id}@example.com`, startMs: NOW });

/** The sessions of each group. */
function loaded(): number[] {
  const queries = statements.filter(({ sql }) => /from "sessions"/i.test(sql) && /excluded_readers/.test(sql));
  return queries.map(({ parameters }) => parameters.length);
}

it.for([
  // One row of its own, and those of its spans, its stretches and its quarters of an hour.
  ['span_count = 499', [2, 1]],
  ['span_count = 500', [1, 1, 1]],
  ['stretch_count = 499', [2, 1]],
  ['stretch_count = 500', [1, 1, 1]],
  [`reading_ms = ${499 * QUARTER}`, [2, 1]],
  [`reading_ms = ${500 * QUARTER}`, [1, 1, 1]],
  [`span_count = 100, stretch_count = 100, reading_ms = ${132 * QUARTER}`, [3]],
  [`span_count = 100, stretch_count = 100, reading_ms = ${133 * QUARTER}`, [2, 1]],
  ['span_count = 2000', [1, 1, 1]],
] as const)(
  'sessions are loaded together if they have at most 1,000 rows: three with %s are %j',
  async ([size, expected]) => {
    for (const id of ['ann', 'bob', 'eve']) await begin(id);
    const other = new DatabaseSync(file);
    other.exec(`UPDATE sessions SET ${size}`);
    other.close();
    await store.totals.counting.count(['ann', 'bob', 'eve']);
    expect(loaded()).toEqual(expected);
  },
);

it('no statement names an empty list, which PostgreSQL would not read', async () => {
  for (const id of ['ann', 'bob']) await begin(id);
  await store.totals.counting.count(['ann', 'nobody']);
  await store.totals.counting.count(['ann']);
  await store.totals.counting.count([]);
  for (const id of ['ann', 'bob']) expect(await store.deleteSessions([id], NOW)).toBe(1);
  expect(await store.deleteSessions([], NOW)).toBe(0);
  expect(statements.filter(({ sql }) => /\bin \(\)/i.test(sql))).toEqual([]);
});

it('pages that were counted of a reader before are not looked for again', async () => {
  const lookups = (): number => statements.filter(({ sql }) => sql.includes('WITH pairs')).length;
  await begin('ann');
  for (const [seconds, expected] of [
    [10, 1],
    [20, 1],
  ] as const) {
    const span = { id: 's', page: '/a/', startMs: NOW, endMs: NOW + seconds * 1_000, offsetMs: 0 };
    await store.record([{ session: 'ann', receivedMs: NOW + QUARTER, span }]);
    await store.totals.counting.count(['ann']);
    expect(lookups()).toBe(expected);
  }
});

it('a hundred sessions at most are loaded together', async () => {
  const ids = Array.from({ length: 201 }, (_, nth) => `s${nth}`);
  for (const id of ids) await begin(id);
  await store.totals.counting.count(ids);
  expect(loaded()).toEqual([100, 100, 1]);
});
