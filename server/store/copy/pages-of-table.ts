// Reads a table page by page in the order of its key, in SQL that is the same for both databases.
import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely';
import { columnList } from '../column-list.ts';
import { COPY_NOTE } from '../copy-mark.ts';
import type { Tables } from '../schema.ts';
import type { CopiedTable } from './copied-tables.ts';
import type { Row } from './target-row.ts';

const ROWS_A_PAGE = 1_000;

/** @param columns by default all; those of the key must be among them. */
export async function* pagesOfTable(
  db: Kysely<Tables>,
  table: CopiedTable,
  columns: readonly string[] = table.columns,
): AsyncGenerator<readonly Row[]> {
  const key = columnList(table.key);
  let after: RawBuilder<SqlBool> = sql`true`;
  for (;;) {
    const { rows } = await sql<Row>`SELECT ${columnList(columns)} FROM ${sql.table(table.name)}
      WHERE ${isCopied(table)} AND ${after} ORDER BY ${key} LIMIT ${ROWS_A_PAGE}`.execute(db);
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    if (rows.length < ROWS_A_PAGE) return;
    after = sql`(${key}) > (${sql.join(table.key.map((column) => last[column]))})`;
  }
}

/** The mark of the copy is only in the copy. */
export function isCopied({ name }: CopiedTable): RawBuilder<SqlBool> {
  return name === 'notes' ? sql`name <> ${COPY_NOTE}` : sql`true`;
}
