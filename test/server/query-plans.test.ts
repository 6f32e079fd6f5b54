// How SQLite reads the owner's lists: along an index from the cursor on, without sorting, so that a page costs the same however many
// sessions there are.
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CompiledQuery } from 'kysely';
import { compileBound, compileSearch, conditionsOf, type FoundSearch } from '../../server/store/sql-session-search.ts';
import { compileCountReading } from '../../server/store/count-reading.ts';
import { sqliteQueries } from '../../server/store/sqlite/dialect.ts';
import { prepareFile } from '../../server/store/sqlite/open.ts';

const folder = mkdtempSync(join(tmpdir(), 'stillhere-plans-'));
const queries = sqliteQueries();
let database: DatabaseSync;
beforeAll(async () => {
  const file = join(folder, 'test.db');
  await prepareFile(file);
  database = new DatabaseSync(file, { readOnly: true });
});
afterAll(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

function planOf({ sql, parameters }: CompiledQuery): readonly string[] {
  const rows = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...(parameters as readonly SQLInputValue[]));
  return rows.map(({ detail }) => String(detail));
}

const after = { value: 2, id: 'x' };
const until = { value: 1, id: 'a' };
const INDEXES = {
  start: 'sessions_by_start ((start_ms,id)>(?,?) AND (start_ms,id)<(?,?))',
  end: 'counted_sessions_by_last ((last_ms,session_id)>(?,?) AND (last_ms,session_id)<(?,?))',
  reading: 'counted_sessions_by_reading ((reading_order,session_id)>(?,?) AND (reading_order,session_id)<(?,?))',
};
const INDEXES_OF_READER = {
  start: 'sessions_by_email (email=? AND (start_ms,id)>(?,?) AND (start_ms,id)<(?,?))',
  end: 'counted_sessions_by_reader (reader_id=? AND (last_ms,session_id)>(?,?) AND (last_ms,session_id)<(?,?))',
  reading:
    'counted_sessions_by_reader_reading (reader_id=? AND (reading_order,session_id)>(?,?) AND (reading_order,session_id)<(?,?))',
};
const OTHERS = { fromMs: 0, toMs: 9, pageId: 'p', pagesBelow: '/a/', state: 'opened', text: 'x' } as const;

it('counts those that are being read among the last ones', () => {
  expect(planOf(compileCountReading(queries, 0))).toEqual([
    'SEARCH counted_sessions USING COVERING INDEX counted_sessions_by_last (last_ms>?)',
    'SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (id=?)',
  ]);
});

describe.for(['start', 'end', 'reading'] as const)('sessions by %s', (sort) => {
  it.for([{}, OTHERS, { reader: 'r' }, { ...OTHERS, reader: 'r' }])('filtered by %o', (filter) => {
    const search: FoundSearch = { filter, sort, pageSize: 50, after, nowMs: 0 };
    const index = 'reader' in filter ? INDEXES_OF_READER[sort] : INDEXES[sort];
    const bound = planOf(compileBound(search, queries));
    expect(bound).toEqual([
      expect.stringMatching(new RegExp(`^SEARCH \\w+ USING (COVERING )?INDEX ${index.split(' ')[0]} `)),
    ]);
    const plan = planOf(compileSearch(search, until, conditionsOf(search), queries));
    expect(plan[0]).toMatch(/^SEARCH /);
    expect(plan[0]).toContain(index);
    for (const step of plan) expect(step).not.toMatch(/^SCAN|TEMP B-TREE/);
  });
});
