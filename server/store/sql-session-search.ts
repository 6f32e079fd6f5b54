// The owner's list of sessions in SQL that is the same for every database. Each list is read along an index, from the cursor on. By
// start, that is an index of the sessions; the other orders change with each beat, so they come from what was counted, a few seconds
// behind, and recording pays for no index.
import {
  expressionBuilder,
  sql,
  type CompiledQuery,
  type Expression,
  type Kysely,
  type RawBuilder,
  type SqlBool,
} from 'kysely';
import { NOCODB } from './outbox.ts';
import { isNameBelow } from './page-prefix.ts';
import { toSession } from './rows.ts';
import { rowsOf, type Runner } from './runner.ts';
import type { Tables } from './schema.ts';
import {
  MOST_LOOKED_AT,
  type SessionCursor,
  type SessionPage,
  type SessionSearch,
  type SessionSort,
} from './session-query.ts';
import { isInState } from './sql-session-state.ts';

/** A search by what the tables have. */
export interface FoundSearch extends Omit<SessionSearch, 'filter'> {
  readonly filter: Omit<SessionSearch['filter'], 'reader' | 'page'> & {
    /** An address where the order is by start, otherwise an id. */
    readonly reader?: string | undefined;
    readonly pageId?: string | undefined;
  };
}

type SearchRow = Parameters<typeof toSession>[0] & { readonly sort_value: number };

interface Order {
  /** The table whose index is read. */
  readonly table: RawBuilder<unknown>;
  /** Leads to the sessions. SQLite keeps the order of a cross join; PostgreSQL takes no condition in it. */
  readonly join: RawBuilder<unknown>;
  readonly joinedBy?: Expression<SqlBool>;
  readonly value: RawBuilder<number>;
  readonly id: RawBuilder<string>;
}

const COUNTED = {
  table: sql`counted_sessions`,
  join: sql`CROSS JOIN sessions`,
  joinedBy: isOfSession('counted_sessions'),
  id: sql<string>`counted_sessions.session_id`,
};
const ORDERS: Readonly<Record<SessionSort, Order>> = {
  start: { table: sql`sessions`, join: sql``, value: sql`sessions.start_ms`, id: sql`sessions.id` },
  end: { ...COUNTED, value: sql`counted_sessions.last_ms` },
  reading: { ...COUNTED, value: sql`counted_sessions.reading_order` },
};

export async function searchSessions(
  search: FoundSearch,
  queries: Kysely<Tables>,
  reader: Runner,
): Promise<SessionPage> {
  const others = conditionsOf(search);
  let until: SessionCursor | undefined;
  if (others.length > 0) [until] = await rowsOf(reader, compileBound(search, queries));
  const rows = await rowsOf(reader, compileSearch(search, until, others, queries));
  const shown = rows.slice(0, search.pageSize);
  const last = shown.at(-1);
  const isMore = rows.length > search.pageSize;
  return { sessions: shown.map(toSession), next: isMore && last ? { value: last.sort_value, id: last.id } : until };
}

/** The place of the last session that one page looks at; no row: there are fewer. */
export function compileBound(search: FoundSearch, queries: Kysely<Tables>): CompiledQuery<SessionCursor> {
  const { table, value, id } = ORDERS[search.sort];
  return sql<SessionCursor>`
    SELECT ${value} AS value, ${id} AS id FROM ${table} WHERE ${alongIndex(search, undefined)}
    ORDER BY ${value} DESC, ${id} DESC LIMIT 1 OFFSET ${MOST_LOOKED_AT - 1}`.compile(queries);
}

/** @param until the last place that is looked at. */
export function compileSearch(
  search: FoundSearch,
  until: SessionCursor | undefined,
  others: readonly RawBuilder<SqlBool>[],
  queries: Kysely<Tables>,
): CompiledQuery<SearchRow> {
  const { table, join, joinedBy, value, id } = ORDERS[search.sort];
  const all = [...(joinedBy ? [joinedBy] : []), alongIndex(search, until), ...others];
  const conditions = sql.join(all, sql` AND `);
  return sql<SearchRow>`
    SELECT sessions.*, told.revision AS told_revision, ${value} AS sort_value
    FROM ${table} ${join} LEFT JOIN told ON ${isOfSession('told')} AND told.consumer = ${NOCODB}
    WHERE ${conditions}
    ORDER BY ${value} DESC, ${id} DESC LIMIT ${search.pageSize + 1}`.compile(queries);
}

/** The part of the index that is read. It has one condition for each of its ends, because a database only uses one. */
function alongIndex(
  { filter: { reader, fromMs, toMs }, sort, after }: FoundSearch,
  until: SessionCursor | undefined,
): RawBuilder<SqlBool> {
  const { value, id } = ORDERS[sort];
  const conditions: RawBuilder<SqlBool>[] = [];
  if (reader !== undefined)
    conditions.push(
      sql<SqlBool>`${sort === 'start' ? sql`sessions.email` : sql`counted_sessions.reader_id`} = ${reader}`,
    );
  const isBefore = (place: SessionCursor) => sql<SqlBool>`(${value}, ${id}) < (${place.value}, ${place.id})`;
  if (sort === 'start' && toMs !== undefined && (after === undefined || after.value >= toMs))
    conditions.push(isBefore({ value: toMs, id: '' }));
  else if (after) conditions.push(isBefore(after));
  // No session ends before it begins.
  const least = until ?? (fromMs === undefined || sort === 'reading' ? undefined : { value: fromMs, id: '' });
  if (least) conditions.push(sql<SqlBool>`(${value}, ${id}) >= (${least.value}, ${least.id})`);
  return conditions.length > 0 ? sql.join(conditions, sql` AND `) : sql<SqlBool>`1 = 1`;
}

/** The conditions for which each session has to be looked at. */
export function conditionsOf({ filter, sort, nowMs }: FoundSearch): readonly RawBuilder<SqlBool>[] {
  const { fromMs, toMs, pageId, pagesBelow, state, text } = filter;
  const conditions: RawBuilder<SqlBool>[] = [];
  if (sort !== 'start' && fromMs !== undefined) conditions.push(sql<SqlBool>`sessions.start_ms >= ${fromMs}`);
  if (sort !== 'start' && toMs !== undefined) conditions.push(sql<SqlBool>`sessions.start_ms < ${toMs}`);
  if (pageId !== undefined)
    conditions.push(sql<SqlBool>`EXISTS (SELECT 1 FROM counted_pages
      WHERE ${isOfSession('counted_pages')} AND counted_pages.page_id = ${pageId} AND counted_pages.last_ms > 0)`);
  if (pagesBelow !== undefined)
    conditions.push(sql<SqlBool>`EXISTS (SELECT 1 FROM counted_pages JOIN page_totals AS page ON page.id = counted_pages.page_id
      WHERE ${isOfSession('counted_pages')} AND counted_pages.last_ms > 0 AND ${isNameBelow(sql`page.name`, pagesBelow)})`);
  if (state) conditions.push(isInState(state, nowMs));
  if (text !== undefined) {
    const pattern = `%${toLowerAscii(text).replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
    conditions.push(sql<SqlBool>`(lower(sessions.email) LIKE ${pattern} ESCAPE '\\'
      OR lower(sessions.current_page) LIKE ${pattern} ESCAPE '\\')`);
  }
  return conditions;
}

/** The row of the table is of the row of `sessions`. An expression of Kysely's, to which a database may add its part of the key. */
function isOfSession(table: 'counted_sessions' | 'counted_pages' | 'told'): Expression<SqlBool> {
  const eb = expressionBuilder<Tables, 'sessions' | typeof table>();
  return eb(`${table}.session_id`, '=', eb.ref('sessions.id'));
}

/** As SQLite's `lower`, which leaves other letters as they are. */
function toLowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
