// Reads a store beside its server, and changes nothing in it: for commands that look at tables as a whole.
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { CompiledQuery, Kysely } from 'kysely';
import { isMigrated as isSqliteMigrated } from './migrations.ts';
import { bucketPlugin } from './postgres/bucket-plugin.ts';
import { kyselyOnPool } from './postgres/dialect.ts';
import { isMigrated as isPostgresMigrated } from './postgres/migrations.ts';
import { existsInPostgres } from './postgres/open.ts';
import { openPool } from './postgres/pool.ts';
import { postgresErrorOf } from './postgres/postgres-error.ts';
import type { Answer, Runner, Statement } from './runner.ts';
import type { Tables } from './schema.ts';
import { configureConnection } from './sqlite/connection.ts';
import { nodeSqliteDialect } from './sqlite/dialect.ts';
import { StoreError, storeErrorOf } from './store-error.ts';
import { fileOfStore, isPostgres, nameOfStore } from './store-url.ts';

/** A whole table may be read in one statement. */
const NO_LIMIT = 0;

export interface ReadOnlyStore {
  readonly isPostgres: boolean;
  /** Each statement sees what is committed when it begins. */
  readonly db: Kysely<Tables>;
  /**
   * All statements of `work` see the same moment. As long as it takes, an SQLite log can't be emptied, and PostgreSQL keeps deleted rows.
   */
  snapshot<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** @throws StoreError if there is no store at `url`, or if another version made its tables. */
export async function openReadOnly(url: string): Promise<ReadOnlyStore> {
  const store = isPostgres(url) ? await openPostgres(url) : await openFile(fileOfStore(url) ?? '');
  if (store) return store;
  throw new StoreError(`There is no store ${nameOfStore(url)}. A store has a URL like file:data/stillhere.db.`);
}

async function openFile(file: string): Promise<ReadOnlyStore | undefined> {
  if (!existsSync(file)) return undefined;
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(file, { readOnly: true });
    configureConnection(connection, true);
    const db = new Kysely<Tables>({ dialect: nodeSqliteDialect(connection) });
    await requireMigrated(await isSqliteMigrated(db), file);
    return {
      isPostgres: false,
      db,
      snapshot: (work) => db.transaction().execute(work),
      close: async () => connection?.close(),
    };
  } catch (error) {
    connection?.close();
    throw storeErrorOf(file, error);
  }
}

async function openPostgres(url: string): Promise<ReadOnlyStore | undefined> {
  if (!(await existsInPostgres(url))) return undefined;
  const db = kyselyOnPool(openPool(url, 1, NO_LIMIT)).withPlugin(bucketPlugin);
  try {
    await requireMigrated(await isPostgresMigrated(db), nameOfStore(url));
  } catch (error) {
    await db.destroy();
    throw postgresErrorOf(url, error);
  }
  const isolated = db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only');
  return { isPostgres: true, db, snapshot: (work) => isolated.execute(work), close: () => db.destroy() };
}

async function requireMigrated(isMigrated: boolean, name: string): Promise<void> {
  if (!isMigrated)
    throw new StoreError(
      `The store ${name} is of an earlier version. Start the server of this version once, which updates it.`,
    );
}

/** Runs the store's own queries on what {@link ReadOnlyStore} gives. */
export function runnerOn(db: Kysely<Tables>): Runner {
  return {
    run: async (statements: readonly Statement[]) => {
      const answers: Answer[] = [];
      for (const { sql, parameters } of statements) {
        const { rows } = await db.executeQuery<object>(CompiledQuery.raw(sql, [...parameters]));
        answers.push({ rows, changes: 0 });
      }
      return answers;
    },
  };
}
