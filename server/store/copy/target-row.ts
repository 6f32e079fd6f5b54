// How a table of the SQLite file and its rows are in PostgreSQL: the only place that knows a difference between the two.
import { StoreError } from '../store-error.ts';
import type { CopiedTable } from './copied-tables.ts';

export type Row = Readonly<Record<string, string | number | null>>;

/** PostgreSQL can't store it in text. */
const NUL = '\0';
const REPLACEMENT = '\ufffd';

/** The table as it is in PostgreSQL. Its columns are those of {@link rowFor}. */
export function tableInCopy(table: CopiedTable): CopiedTable {
  return table;
}

/**
 * The row as it is in PostgreSQL: itself, if it can stay as it is.
 * @throws StoreError if its key can't: another row could get the same one.
 */
export function rowFor({ name, key, columns }: CopiedTable, row: Row): Row {
  const hasNul = (column: string): boolean => {
    const value = row[column];
    return typeof value === 'string' && value.includes(NUL);
  };
  if (!columns.some(hasNul)) return row;
  if (key.some(hasNul))
    throw new StoreError(
      `A key in the table ${name} has the character U+0000, which PostgreSQL can't store. Delete that row.`,
    );
  const values = Object.entries(row).map(([column, value]) => [
    column,
    typeof value === 'string' ? value.replaceAll(NUL, REPLACEMENT) : value,
  ]);
  return Object.fromEntries(values) as Row;
}
