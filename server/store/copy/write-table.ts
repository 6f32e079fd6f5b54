// Makes a table in PostgreSQL like the one of a SQLite file. Only rows that differ are written.
import { sql, type Kysely } from 'kysely';
import { columnList } from '../column-list.ts';
import type { Tables } from '../schema.ts';
import type { CopiedTable } from './copied-tables.ts';
import { isCopied, pagesOfTable } from './pages-of-table.ts';
import type { Row } from './target-row.ts';

/** Inserts or updates rows. @returns how many of them differed. */
export async function putRows(db: Kysely<Tables>, table: CopiedTable, rows: readonly Row[]): Promise<number> {
  const { name, key, columns } = table;
  const others = columns.filter((column) => !key.includes(column));
  const isSame = [
    ...key.map((column) => sql`kept.${sql.ref(column)} = news.${sql.ref(column)}`),
    ...others.map((column) => sql`kept.${sql.ref(column)} IS NOT DISTINCT FROM news.${sql.ref(column)}`),
  ];
  const puts = others.map((column) => sql`${sql.ref(column)} = excluded.${sql.ref(column)}`);
  const { numAffectedRows } = await sql`
    INSERT INTO ${sql.table(name)} (${columnList(columns)})
    SELECT ${columnList(columns)} FROM json_populate_recordset(NULL::${sql.table(name)}, ${JSON.stringify(rows)}::json) AS news
    WHERE NOT EXISTS (SELECT 1 FROM ${sql.table(name)} AS kept WHERE ${sql.join(isSame, sql` AND `)})
    ON CONFLICT (${columnList(key)}) DO ${puts.length > 0 ? sql`UPDATE SET ${sql.join(puts)}` : sql`NOTHING`}`.execute(
    db,
  );
  return Number(numAffectedRows ?? 0);
}

export async function countRows(db: Kysely<Tables>, table: CopiedTable): Promise<number> {
  const query = sql<{ count: number }>`SELECT count(*) AS count FROM ${sql.table(table.name)} WHERE ${isCopied(table)}`;
  return (await query.execute(db)).rows[0]?.count ?? 0;
}

/** For each page of keys in the copy, those that the file doesn't have. */
export async function* findGone(
  source: Kysely<Tables>,
  table: CopiedTable,
  copy: Kysely<Tables>,
  itsCopy: CopiedTable,
): AsyncGenerator<readonly Row[]> {
  const isIt = table.key.map((column, nth) => sql`kept.${sql.ref(column)} = asked.value ->> ${sql.lit(nth)}`);
  for await (const page of pagesOfTable(copy, itsCopy, itsCopy.key)) {
    const keys = JSON.stringify(page.map((row) => table.key.map((column) => row[column])));
    const { rows } = await sql<{ nth: number }>`SELECT asked.key AS nth FROM json_each(${keys}) AS asked
      WHERE NOT EXISTS (SELECT 1 FROM ${sql.table(table.name)} AS kept WHERE ${sql.join(isIt, sql` AND `)})`.execute(
      source,
    );
    if (rows.length > 0) yield rows.map(({ nth }) => page[nth]).filter((row) => row !== undefined);
  }
}

/** @returns how many rows were deleted, without those that belong to them in other tables. */
export async function deleteRows(db: Kysely<Tables>, table: CopiedTable, keys: readonly Row[]): Promise<number> {
  const isIt = table.key.map((column) => sql`kept.${sql.ref(column)} = gone.${sql.ref(column)}`);
  const { numAffectedRows } = await sql`DELETE FROM ${sql.table(table.name)} AS kept
    USING json_populate_recordset(NULL::${sql.table(table.name)}, ${JSON.stringify(keys)}::json) AS gone
    WHERE ${sql.join(isIt, sql` AND `)}`.execute(db);
  return Number(numAffectedRows ?? 0);
}
