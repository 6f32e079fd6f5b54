// How a table of the SQLite file and its rows are in PostgreSQL: the only place that knows the differences.
import { bucketOf } from '../bucket.ts';
import { SESSION_COLUMNS } from '../postgres/session-columns.ts';
import { StoreError } from '../store-error.ts';
import type { CopiedTable } from './copied-tables.ts';

export type Row = Readonly<Record<string, string | number | null>>;

/** PostgreSQL can't store it in text. */
const NUL = '\0';
const REPLACEMENT = '\ufffd';

/** The table as it is in PostgreSQL, where the bucket leads the key of what belongs to a session. */
export function tableInCopy({ name, key, columns }: CopiedTable): CopiedTable {
  if (!SESSION_COLUMNS.has(name)) return { name, key, columns };
  return { name, key: ['bucket', ...key], columns: ['bucket', ...columns] };
}

/** The row with the columns of {@link tableInCopy}. */
export function rowInCopy({ name }: CopiedTable, row: Row): Row {
  const session = row[SESSION_COLUMNS.get(name) ?? ''];
  return typeof session === 'string' ? { bucket: bucketOf(session), ...row } : row;
}

/**
 * The row itself, if PostgreSQL can store its text.
 * @throws StoreError if its key can't be stored: another row could get the same one.
 */
export function adaptText({ name, key, columns }: CopiedTable, row: Row): Row {
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
