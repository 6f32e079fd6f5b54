// Reads the rows of several sessions page by page, so that neither a query nor what is done with its rows takes long.
import type { CompiledQuery } from 'kysely';
import { rowsOf, type Runner } from './runner.ts';

const ROWS_A_PAGE = 500;

/** The rows of some sessions, or those of one session after a key. Ordered by session, then by the key. */
export type RowsOfSessions<Key> =
  | { readonly sessions: readonly string[]; readonly limit: number }
  | { readonly sessions: readonly [string]; readonly after: Key; readonly limit: number };

/** Each page is a part of the rows, and a session's rows come in the order of their keys. */
export async function* pagesOfRows<Row extends { readonly session_id: string }, Key>(
  runner: Runner,
  sessions: readonly string[],
  keyOf: (row: Row) => Key,
  compile: (which: RowsOfSessions<Key>) => CompiledQuery<Row>,
): AsyncGenerator<readonly Row[]> {
  let left = sessions;
  while (left.length > 0) {
    const rows = await rowsOf(runner, compile({ sessions: left, limit: ROWS_A_PAGE }));
    yield rows;
    let last = rows.length < ROWS_A_PAGE ? undefined : rows.at(-1);
    if (!last) return;
    // All sessions of the page are read whole but the last, of which there may be more.
    const whole = new Set(rows.map((row) => row.session_id));
    left = left.filter((id) => !whole.has(id));
    while (last) {
      const which = { sessions: [last.session_id], after: keyOf(last), limit: ROWS_A_PAGE } as const;
      const more: readonly Row[] = await rowsOf(runner, compile(which));
      yield more;
      last = more.length < ROWS_A_PAGE ? undefined : more.at(-1);
    }
  }
}
