// The rows of several sessions, read page by page: each once, and no page too long.
import { expect, it } from 'vitest';
import type { CompiledQuery } from 'kysely';
import type { Runner, Statement } from '../../../../server/store/runner.ts';
import { pagesOfRows, type RowsOfSessions } from '../../../../server/store/sql-pages-of-rows.ts';

interface Row {
  readonly session_id: string;
  readonly key: number;
}

const rowsOf = (session: string, count: number): readonly Row[] =>
  Array.from({ length: count }, (_, key) => ({ session_id: session, key }));

/** Reads a table in which these sessions have so many rows. Resolves with the pages, and with what was asked for. */
async function read(counts: Readonly<Record<string, number>>, sessions = Object.keys(counts)) {
  const table = Object.entries(counts).flatMap(([session, count]) => rowsOf(session, count));
  const asked: RowsOfSessions<number>[] = [];
  const runner: Runner = {
    run: async ([statement]: readonly Statement[]) => {
      const which = statement?.parameters[0] as RowsOfSessions<number>;
      asked.push(which);
      const after = 'after' in which ? which.after : -1;
      const found = table.filter((row) => which.sessions.includes(row.session_id) && row.key > after);
      return [{ rows: found.slice(0, which.limit), changes: 0 }];
    },
  };
  const compile = (which: RowsOfSessions<number>) =>
    ({ sql: '', parameters: [which] }) as unknown as CompiledQuery<Row>;
  const pages: (readonly Row[])[] = [];
  for await (const page of pagesOfRows(runner, sessions, ({ key }) => key, compile)) pages.push(page);
  return { rows: pages.flat(), sizes: pages.map((page) => page.length), asked };
}

it('are read at once where they fit on one page', async () => {
  const { rows, sizes } = await read({ ann: 2, bob: 0, cy: 497 });
  expect(rows).toEqual([...rowsOf('ann', 2), ...rowsOf('cy', 497)]);
  expect(sizes).toEqual([499]);
});

it('of a session with many go on where they were left, and the sessions after it follow', async () => {
  const { rows, sizes, asked } = await read({ ann: 300, bob: 1_300, cy: 3 });
  expect(rows).toEqual([...rowsOf('ann', 300), ...rowsOf('bob', 1_300), ...rowsOf('cy', 3)]);
  expect(sizes).toEqual([500, 500, 500, 100, 3]);
  expect(asked.slice(1)).toEqual([
    { sessions: ['bob'], after: 199, limit: 500 },
    { sessions: ['bob'], after: 699, limit: 500 },
    { sessions: ['bob'], after: 1_199, limit: 500 },
    { sessions: ['cy'], limit: 500 },
  ]);
});

it('that fill a page are followed by a look whether there are more', async () => {
  const { rows, sizes } = await read({ ann: 200, bob: 300, cy: 1 });
  expect(rows).toHaveLength(501);
  expect(sizes).toEqual([500, 0, 1]);
});

it('of no sessions are not asked for', async () => {
  expect(await read({ ann: 1 }, [])).toEqual({ rows: [], sizes: [], asked: [] });
});
