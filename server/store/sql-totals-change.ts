// The statements that add a TotalsChange to the tables, and nothing if somebody else changed the totals of its readers
// meanwhile.
import { randomInt } from 'node:crypto';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { columnList } from './column-list.ts';
import type { Statement } from './runner.ts';
import type { Tables } from './schema.ts';
import type { Row, SqlRows } from './sql-rows.ts';
import type { TotalsChange } from './totals-change.ts';
import type { TotalsTables } from './totals-schema.ts';

/** The sum over a day's slots is exact. */
const MAX_SLOT_VERSION = 2 ** 40;

/** For a reader of whom a step changes pages or times only. Its version has to be checked all the same. */
const NOTHING = { counted: 0, sessions: 0, opened: 0, visits: 0, reading_ms: 0 };

/** A reader in the totals. */
export interface CountedReader {
  readonly id: string;
  readonly email: string;
  /** Undefined: not in the totals yet. */
  readonly version: number | undefined;
  readonly nextVersion: number;
}

/** Inserts the rows, or puts the other columns of those whose keys exist to the values of `how`. */
export function upsert(
  rows: SqlRows,
  table: keyof TotalsTables,
  keys: readonly string[],
  values: readonly Row[],
  how: (column: string) => RawBuilder<unknown> = (column) => sql`excluded.${sql.ref(column)}`,
): readonly Statement[] {
  return rows.statements(table, values, (columns, list) => {
    const others = columns.filter((column) => !keys.includes(column));
    return sql`INSERT INTO ${sql.table(table)} (${columnList(columns)}) ${list} ON CONFLICT (${columnList(keys)}) DO UPDATE SET
      ${sql.join(others.map((column) => sql`${sql.ref(column)} = ${how(column)}`))}`;
  });
}

/** @param pageNames of all pages to which something is added. */
export function compileTotals(
  rows: SqlRows,
  change: TotalsChange,
  readers: readonly CountedReader[],
  pageNames: ReadonlyMap<string, string>,
  newReadersOfPages: ReadonlyMap<string, number>,
): readonly Statement[] {
  const addTo = (table: keyof TotalsTables, keys: readonly string[], values: readonly Row[]): readonly Statement[] => {
    const changes = values.filter((row) => isChange(row, keys));
    return upsert(rows, table, keys, changes, (column) => sumOf(table, column));
  };
  const pages = change.pages.list().map((row) => ({
    ...row,
    name: pageNames.get(row.id) ?? '',
    readers: newReadersOfPages.get(row.id) ?? 0,
    last_ms: change.pagesLastMs.get(row.id) ?? 0,
  }));
  return [
    ...changeReaders(rows, change, readers),
    ...addTo('page_totals', ['id'], pages),
    ...addTo('reader_page_totals', ['reader_id', 'page_id'], change.readerPages.list()),
    ...addTo('slot_totals', ['slot'], versionedSlots(change)),
    ...addTo('slot_readers', ['slot', 'reader_id'], change.slotReaders.list()),
    ...addTo('reader_buckets', ['reader_id', 'bucket'], change.readerBuckets.list()),
    ...addTo('page_buckets', ['page_id', 'bucket'], change.pageBuckets.list()),
    ...addTo('slot_buckets', ['slot', 'bucket'], change.slotBuckets.list()),
  ];
}

/** The slots of which anything changes, each with a new version. */
function versionedSlots({ slots, slotReaders, slotBuckets }: TotalsChange): readonly Row[] {
  const others = [...slotReaders.list(), ...slotBuckets.list()].filter(({ sessions }) => sessions !== 0);
  const changed = new Set(others.map(({ slot }) => slot));
  return slots
    .list()
    .filter((row) => changed.has(row.slot) || isChange(row, ['slot']))
    .map((row) => ({ ...row, version: randomInt(1, MAX_SLOT_VERSION) }));
}

function isChange(row: Row, keys: readonly string[]): boolean {
  return Object.entries(row).some(([name, value]) => !keys.includes(name) && Boolean(value));
}

/**
 * What is counted of sessions from now on. Fails if one of them was deleted.
 * @param key the columns of a session's key.
 */
export function compileCountedSessions(
  rows: SqlRows,
  key: readonly string[],
  sessions: readonly Row[],
): readonly Statement[] {
  const statements = rows.statements('counted_sessions', sessions, (columns, list) => {
    const puts = columns.map((column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`);
    const isSame = key.map((column) => {
      const own = column === 'session_id' ? 'id' : column;
      return sql`${sql.ref(`sessions.${own}`)} = ${sql.ref(`news.${column}`)}`;
    });
    return sql`WITH news (${columnList(columns)}) AS (${list}) INSERT INTO counted_sessions (${columnList(columns)})
      SELECT news.* FROM news JOIN sessions ON ${sql.join(isSame, sql` AND `)} WHERE true
      ON CONFLICT (${columnList(key)}) DO UPDATE SET ${sql.join(puts)}`;
  });
  return statements.map((statement) => ({ ...statement, mustChange: statement.rows }));
}

/** The number of sessions of each reader and page. */
export function compileReaderPages(rows: SqlRows, pairs: readonly Row[]): readonly Statement[] {
  return rows.statements(
    'pairs',
    pairs,
    (columns, list) => sql`WITH pairs (${columnList(columns)}) AS (${list})
      SELECT reader_page_totals.reader_id, reader_page_totals.page_id, sessions FROM pairs
      JOIN reader_page_totals ON reader_page_totals.reader_id = pairs.reader_id AND reader_page_totals.page_id = pairs.page_id`,
  );
}

/** To run after what was counted of the sessions has changed, too. Removes rows that count nothing any more. */
export function compileReduction(queries: Kysely<Tables>, change: TotalsChange): readonly Statement[] {
  const readers = [...change.reducedReaders];
  const pages = [...change.reducedPages];
  return [
    ...seenLast(queries, 'reader_totals', 'counted_sessions', 'reader_id', readers),
    ...seenLast(queries, 'page_totals', 'counted_pages', 'page_id', pages),
    ...removeZeros(queries, 'reader_totals', 'counted', 'id', readers),
    ...removeZeros(queries, 'page_totals', 'sessions', 'id', pages),
    ...removeZeros(
      queries,
      'slot_totals',
      'sessions + opened + visits + reading_ms',
      'slot',
      lessOf(change.slots.list(), 'slot'),
    ),
    ...removeZeros(queries, 'slot_readers', 'sessions', 'slot', lessOf(change.slotReaders.list(), 'slot')),
    ...lessOf(change.readerPages.list(), 'reader_id').flatMap((id) =>
      removeZeros(
        queries,
        'reader_page_totals',
        'sessions',
        'page_id',
        lessOf(change.readerPages.list(), 'page_id'),
        id,
      ),
    ),
    ...removeZeros(
      queries,
      'reader_buckets',
      'sessions',
      'reader_id',
      lessOf(change.readerBuckets.list(), 'reader_id'),
    ),
    ...removeZeros(queries, 'page_buckets', 'sessions', 'page_id', lessOf(change.pageBuckets.list(), 'page_id')),
    ...removeZeros(queries, 'slot_buckets', 'sessions', 'slot', lessOf(change.slotBuckets.list(), 'slot')),
  ];
}

/** The values of a key's column in the rows that become less. */
function lessOf<Sums extends object, Key extends keyof Sums>(rows: readonly Sums[], key: Key): Sums[Key][] {
  const less = rows.filter((row) => Object.values(row).some((value) => typeof value === 'number' && value < 0));
  return [...new Set(less.map((row) => row[key]))];
}

function seenLast(
  queries: Kysely<Tables>,
  table: keyof TotalsTables,
  counted: keyof TotalsTables,
  key: string,
  ids: readonly string[],
): readonly Statement[] {
  if (ids.length === 0) return [];
  const last = sql`SELECT max(last_ms) FROM ${sql.table(counted)} WHERE ${sql.ref(key)} = ${sql.ref(`${table}.id`)}`;
  return [
    sql`UPDATE ${sql.table(table)} SET last_ms = coalesce((${last}), 0) WHERE id IN (${sql.join(ids)})`.compile(
      queries,
    ),
  ];
}

/** @param readerId only rows of this reader. */
function removeZeros(
  queries: Kysely<Tables>,
  table: keyof TotalsTables,
  sums: string,
  key: string,
  keys: readonly (string | number)[],
  readerId?: string | number,
): readonly Statement[] {
  if (keys.length === 0) return [];
  const ofReader = readerId === undefined ? sql`` : sql` AND reader_id = ${readerId}`;
  return [
    sql`DELETE FROM ${sql.table(table)} WHERE ${sql.ref(key)} IN (${sql.join(keys)})${ofReader} AND ${sql.raw(sums)} = 0`.compile(
      queries,
    ),
  ];
}

/** Fails if one of them has another version, or is there though it wasn't. */
function changeReaders(rows: SqlRows, change: TotalsChange, readers: readonly CountedReader[]): readonly Statement[] {
  const sums = new Map(change.readers.list().map((row) => [row.id, row]));
  const changes = readers.map(({ id, email, version, nextVersion }) => {
    const sum = { id, ...NOTHING, ...sums.get(id) };
    return { ...sum, email, last_ms: change.readersLastMs.get(id) ?? 0, version: nextVersion, expected: version };
  });
  const added = changes.flatMap(({ expected, ...row }) => (expected === undefined ? row : []));
  const changed = changes.flatMap(({ expected, ...row }) => (expected === undefined ? [] : { ...row, expected }));
  return [
    ...rows.statements('new readers', added, (columns, list) => {
      return sql`INSERT INTO reader_totals (${columnList(columns)}) ${list}`;
    }),
    ...rows
      .statements('readers', changed, (columns, list) => {
        const sum = (column: string): RawBuilder<unknown> =>
          sql`${sql.ref(column)} = reader_totals.${sql.ref(column)} + news.${sql.ref(column)}`;
        return sql`WITH news (${columnList(columns)}) AS (${list}) UPDATE reader_totals SET
          ${sql.join(['counted', 'sessions', 'opened', 'visits', 'reading_ms'].map(sum))}, version = news.version,
          last_ms = CASE WHEN news.last_ms > reader_totals.last_ms THEN news.last_ms ELSE reader_totals.last_ms END
          FROM news WHERE reader_totals.id = news.id AND reader_totals.version = news.expected`;
      })
      .map((statement) => ({ ...statement, mustChange: statement.rows })),
  ];
}

/** What a column of a row that exists becomes: a sum, but for names, versions and the largest time. */
function sumOf(table: string, column: string): RawBuilder<unknown> {
  const own = sql.ref(`${table}.${column}`);
  const other = sql`excluded.${sql.ref(column)}`;
  if (column === 'name') return own;
  if (column === 'version') return other;
  return column === 'last_ms' ? sql`CASE WHEN ${other} > ${own} THEN ${other} ELSE ${own} END` : sql`${own} + ${other}`;
}
