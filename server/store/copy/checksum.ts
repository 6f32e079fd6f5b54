// The checksum of a table: the same for the same rows, whatever their order and the database.
import { hash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from '../schema.ts';
import type { CopiedTable } from './copied-tables.ts';
import { pagesOfTable } from './pages-of-table.ts';
import type { Row } from './target-row.ts';

export interface Checksum {
  readonly rows: number;
  /** The sum of the first 64 bits of each row's SHA-256. */
  readonly sum: bigint;
}

/**
 * @param columns of which it is the checksum.
 * @param adapt is applied to each row.
 */
export async function checksumOf(
  db: Kysely<Tables>,
  table: CopiedTable,
  columns: readonly string[],
  adapt: (row: Row) => Row = (row) => row,
): Promise<Checksum> {
  let [rows, sum] = [0, 0n];
  for await (const page of pagesOfTable(db, table)) {
    rows += page.length;
    for (const row of page) {
      const adapted = adapt(row);
      const text = JSON.stringify(columns.map((column) => adapted[column]));
      sum = BigInt.asUintN(64, sum + hash('sha256', text, 'buffer').readBigUInt64LE());
    }
  }
  return { rows, sum };
}
