// Opens a store in PostgreSQL.
import { sql, type Kysely } from 'kysely';
import { takeOverCopy } from '../copy-mark.ts';
import type { Tables } from '../schema.ts';
import type { SessionStore } from '../session-store.ts';
import { SqlStore } from '../sql-store.ts';
import { StoreError } from '../store-error.ts';
import { nameOfStore } from '../store-url.ts';
import { isDistributed } from './citus.ts';
import { kyselyOnPool, postgresQueries } from './dialect.ts';
import { isMigrated, migrate } from './migrations.ts';
import { openPool } from './pool.ts';
import { PostgresDatabase } from './postgres-database.ts';
import { postgresErrorOf } from './postgres-error.ts';

/** A migration may take longer than any statement of the store. */
const NO_LIMIT = 0;

/** What an acknowledgement promises, and that names are compared as they are elsewhere. */
const REQUIRED = {
  fsync: ['on'],
  synchronous_commit: ['on', 'remote_write', 'remote_apply', 'local'],
  server_encoding: ['UTF8'],
};

/**
 * Opens the store in the database, and creates or migrates its tables.
 * @throws StoreError if the database can't be used.
 */
export async function openPostgres(url: string): Promise<SessionStore> {
  const db = kyselyOnPool(openPool(url, 1, NO_LIMIT));
  try {
    await prepareDatabase(db);
    await takeOverCopy(db, nameOfStore(url));
    return new SqlStore(new PostgresDatabase(url, await isDistributed(db)), postgresQueries());
  } catch (error) {
    throw postgresErrorOf(url, error);
  } finally {
    await db.destroy();
  }
}

/**
 * Creates or migrates the tables.
 * @throws StoreError if the database can't keep the promises of a store.
 */
export async function prepareDatabase(db: Kysely<Tables>): Promise<void> {
  await checkSettings(db);
  if (!(await isMigrated(db))) await migrate(db);
}

/** Whether the database has a store. */
export async function existsInPostgres(url: string): Promise<boolean> {
  const db = kyselyOnPool(openPool(url, 1));
  try {
    const { rows } = await sql<{ found: string | null }>`SELECT to_regclass('kysely_migration') AS found`.execute(db);
    return rows[0]?.found !== null;
  } catch (error) {
    throw postgresErrorOf(url, error);
  } finally {
    await db.destroy();
  }
}

async function checkSettings(db: Kysely<Tables>): Promise<void> {
  for (const [name, accepted] of Object.entries(REQUIRED)) {
    const { rows } = await sql<{ value: string }>`SELECT current_setting(${name}) AS value`.execute(db);
    const value = rows[0]?.value ?? '';
    if (!accepted.includes(value))
      throw new StoreError(`The database has ${name} = ${value}; Stillhere needs ${name} = ${accepted[0]}`);
  }
}
