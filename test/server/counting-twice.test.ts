// A large session is counted once though two processes count it at the same time, each in several steps.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Statement } from '../../server/store/runner.ts';
import { openKeyedHash } from '../../server/store/keyed-hash.ts';
import { SqlCounting } from '../../server/store/sql-counting.ts';
import { sqliteQueries } from '../../server/store/sqlite/dialect.ts';
import { SqliteConnection } from '../../server/store/sqlite/sqlite-connection.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const PAGES = 450;

it.for([1, 2, 3])('though the other counts it before step %d of the one', async (nth) => {
  const file = join(await makeMemoryFolder(), 'test.db');
  const store = await openInlineStore(file);
  await store.createSession({ id: 'ann', email: 'ann@example.com', startMs: NOW });
  await store.record(
    Array.from({ length: PAGES }, (_, page) => {
      const startMs = NOW + page * 1_000;
      const span = { id: `s${page}`, page: `/${page}/`, startMs, endMs: startMs + 1_000, offsetMs: 0 };
      return { session: 'ann', receivedMs: NOW + 3_600_000, span };
    }),
  );
  const connection = new SqliteConnection(file, false);
  let steps = 0;
  const slow = {
    run: async (statements: readonly Statement[]) => {
      if (statements.some(({ sql }) => /INTO counted_sessions/.test(sql)) && ++steps === nth)
        await store.totals.counting.count(['ann']);
      return connection.run(statements);
    },
  };
  const queries = sqliteQueries();
  await new SqlCounting({ reader: slow, writer: slow }, queries).count(['ann'], await openKeyedHash(queries, slow));
  expect(steps).toBeGreaterThan(nth - 1);
  const pages = await store.totals.listPages({ sort: 'last', pageSize: PAGES + 1 });
  expect(pages.map(({ sessions, readers, readingMs }) => [sessions, readers, readingMs])).toEqual(
    Array.from({ length: PAGES }, () => [1, 1, 1_000]),
  );
  expect((await store.totals.counting.compare(undefined)).ids).toEqual([]);
  connection.close();
  await store.close();
});
