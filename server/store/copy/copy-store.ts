// Copies a store from an SQLite file to PostgreSQL while its server runs. A run copies what the store was at one moment, because it reads
// in one transaction. What changes meanwhile is copied by the next run: it writes only rows that differ, and deletes those that are gone,
// so that nobody who was erased meanwhile stays in the copy. Once the server is stopped, a run makes the copy complete.
import { sql, type Kysely } from 'kysely';
import { sqlStateOf } from '../postgres/pool.ts';
import { passingErrorOf } from '../postgres/postgres-error.ts';
import { openReadOnly, type ReadOnlyStore } from '../read-only.ts';
import type { Tables } from '../schema.ts';
import { StoreError, storeErrorOf } from '../store-error.ts';
import { fileOfStore, isPostgresUrl, nameOfStore } from '../store-url.ts';
import { checksumOf } from './checksum.ts';
import { describeTables, type CopiedTable } from './copied-tables.ts';
import { CopyTarget } from './copy-target.ts';
import { pagesOfTable } from './pages-of-table.ts';
import { adaptText, rowInCopy, tableInCopy } from './target-row.ts';
import { countRows, deleteRows, findGone, putRows } from './write-table.ts';

export interface TableCopy {
  readonly table: string;
  /** In the file. */
  readonly rows: number;
  /** Those that differed or were missing. */
  readonly written: number;
  readonly deleted: number;
  /** In which U+0000 was replaced. */
  readonly adapted: number;
}

export interface StoreCopy {
  /** The moment of which it is a copy. */
  readonly asOfMs: number;
  /** False: the file has changed since, and another run has to follow. */
  readonly isComplete: boolean;
}

/**
 * @param onTable is called when a table was copied.
 * @throws StoreError if one of the two can't be used, or if the copy isn't equal to what was copied.
 */
export async function copyStore(from: string, to: string, onTable: (copied: TableCopy) => void): Promise<StoreCopy> {
  if (fileOfStore(from) === undefined)
    throw new StoreError(
      'FROM: must be an SQLite file, like file:data/stillhere.db. To copy a PostgreSQL database, use pg_dump.',
    );
  if (!isPostgresUrl(to))
    throw new StoreError(
      'TO: must be a PostgreSQL database, like postgres://user@host:5432/database. To copy to a file, use stillhere store backup.',
    );
  const source = await openReadOnly(from);
  try {
    const target = await CopyTarget.open(to, source.db);
    try {
      return await copyAll(source, target, onTable);
    } catch (error) {
      throw copyErrorOf(error, from, to);
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function copyAll(
  source: ReadOnlyStore,
  target: CopyTarget,
  onTable: (copied: TableCopy) => void,
): Promise<StoreCopy> {
  const { version, asOfMs } = await source.snapshot(async (db) => {
    const began = { version: await readVersion(db), asOfMs: Date.now() };
    const tables = await describeTables(db);
    for (const table of tables) onTable(await copyTable(db, target, table));
    for (const table of tables) await verify(db, target, table);
    return began;
  });
  const isComplete = (await readVersion(source.db)) === version;
  if (isComplete) await target.complete();
  return { asOfMs, isComplete };
}

async function copyTable(source: Kysely<Tables>, target: CopyTarget, table: CopiedTable): Promise<TableCopy> {
  const itsCopy = tableInCopy(table);
  const copied = { table: table.name, rows: 0, written: 0, deleted: 0, adapted: 0 };
  for await (const page of pagesOfTable(source, table)) {
    const adapted = page.map((row) => adaptText(table, row));
    copied.rows += page.length;
    copied.adapted += adapted.filter((row, nth) => row !== page[nth]).length;
    const rows = adapted.map((row) => rowInCopy(table, row));
    copied.written += await target.write((db) => putRows(db, itsCopy, rows));
  }
  // Otherwise, what was there before is still there, and nothing else.
  if ((await countRows(target.db, itsCopy)) > copied.rows)
    for await (const gone of findGone(source, table, target.db, itsCopy))
      copied.deleted += await target.write((db) => deleteRows(db, itsCopy, gone));
  return copied;
}

async function verify(source: Kysely<Tables>, target: CopyTarget, table: CopiedTable): Promise<void> {
  const [original, copy] = [
    await checksumOf(source, table, table.columns, (row) => adaptText(table, row)),
    await checksumOf(target.db, tableInCopy(table), table.columns),
  ];
  if (original.rows !== copy.rows || original.sum !== copy.sum)
    throw new StoreError(
      `The table ${table.name} of the copy has ${copy.rows} rows, and that of the file ${original.rows}, or they differ. ` +
        'If something else writes to the database, stop it. Then run the command again.',
    );
}

/** Changes when another connection commits. https://www.sqlite.org/pragma.html#pragma_data_version */
async function readVersion(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ data_version: number }>`PRAGMA data_version`.execute(db);
  return rows[0]?.data_version ?? 0;
}

/** In words for the person who runs the command, where the cause is one of the two databases. */
function copyErrorOf(error: unknown, from: string, to: string): unknown {
  if (error instanceof StoreError) return error;
  if ((error as NodeJS.ErrnoException).code === 'ERR_SQLITE_ERROR') return storeErrorOf(nameOfStore(from), error);
  if (sqlStateOf(error) === undefined && passingErrorOf(error) === error) return error;
  const { message } = error as Error;
  return new StoreError(
    `The copy to ${nameOfStore(to)} was interrupted: ${message}. Run the command again: it goes on.`,
    {
      cause: error,
    },
  );
}
