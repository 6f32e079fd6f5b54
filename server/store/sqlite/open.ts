// Opens a store on Node's built-in SQLite: the embedded default. One connection writes, in a thread of its own; another
// answers the owner's queries, in its own thread, too; a third looks up readers' access in the server's own thread.
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { Kysely } from 'kysely';
import { isMigrated, migrate } from '../migrations.ts';
import { closeToOthers, makePrivate } from '../private-file.ts';
import type { Tables } from '../schema.ts';
import type { SessionStore } from '../session-store.ts';
import { SqlStore } from '../sql-store.ts';
import { storeErrorOf } from '../store-error.ts';
import { configureConnection } from './connection.ts';
import { nodeSqliteDialect, sqliteQueries } from './dialect.ts';
import { SqliteDatabase } from './sqlite-database.ts';

/** Rejected below, since it would be lost with the process. */
const IN_MEMORY = ':memory:';
/** Another process may be migrating a large store. */
const MIGRATION_WAIT_MS = 10 * 60_000;
const PAUSE_MS = 100;
const BUSY = 5;

/**
 * Opens the store in `file`, creates it if it is missing, and migrates its tables.
 * @throws StoreError if the file can't be used.
 */
export async function openSqlite(file: string): Promise<SessionStore> {
  await prepareFile(file);
  return new SqlStore(new SqliteDatabase(file), sqliteQueries());
}

/**
 * Creates the file if it is missing, and migrates its tables.
 * @throws StoreError if the file can't be used.
 */
export async function prepareFile(file: string): Promise<void> {
  const prepared = lastPreparation.then(() => prepareNow(file));
  lastPreparation = prepared.catch(() => {});
  try {
    await prepared;
  } catch (error) {
    throw storeErrorOf(file, error);
  }
}

/**
 * Files are prepared one at a time. A migration awaits between statements, and a second connection waiting for its lock would
 * block the thread that the migration needs.
 */
let lastPreparation: Promise<unknown> = Promise.resolve();

async function prepareNow(file: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  // SQLite gives `-wal` and `-shm` the database's mode.
  if (file !== IN_MEMORY) makePrivate(file);
  for (const one of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(one)) closeToOthers(one);
  const connection = new DatabaseSync(file);
  configureConnection(connection, false);
  try {
    await migrateOnce(connection);
  } finally {
    connection.close();
  }
}

/** Kysely runs SQLite migrations without a transaction. A process killed halfway could never start again. */
async function migrateOnce(connection: DatabaseSync): Promise<void> {
  const db = new Kysely<Tables>({ dialect: nodeSqliteDialect(connection) });
  if (await isMigrated(db)) return;
  await begin(connection);
  await migrate(db);
  connection.exec('COMMIT');
}

/** Waits for another process's migration without blocking this thread. */
async function begin(connection: DatabaseSync): Promise<void> {
  connection.exec('PRAGMA busy_timeout = 0');
  for (const lastMs = performance.now() + MIGRATION_WAIT_MS; ; await delay(PAUSE_MS))
    try {
      connection.exec('BEGIN IMMEDIATE');
      return;
    } catch (error) {
      if ((error as { errcode?: number }).errcode !== BUSY || performance.now() > lastMs) throw error;
    }
}
