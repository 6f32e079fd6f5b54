// The one way to a store.
import { existsSync } from 'node:fs';
import { existsInPostgres, openPostgres } from './postgres/open.ts';
import type { SessionStore } from './session-store.ts';
import { openSqlite } from './sqlite/open.ts';
import { fileOfStore, isPostgres } from './store-url.ts';

/**
 * Opens the store at `url`, creates it if it is missing, and migrates its tables.
 * @param url `file:` and a path on a local disk, absolute or relative to the working directory (`-wal` and `-shm` beside
 * the file belong to it), or `postgres://user:password@host:5432/database`.
 * @throws if the database can't give the durability that an acknowledgement promises.
 */
export async function openStore(url: string): Promise<SessionStore> {
  if (isPostgres(url)) return openPostgres(url);
  const file = fileOfStore(url);
  if (file === undefined)
    throw new Error('A store has a URL like file:data/stillhere.db or postgres://user@host:5432/database');
  return openSqlite(file);
}

/** Whether there is a store at `url`. Makes none. */
export async function existsStore(url: string): Promise<boolean> {
  return isPostgres(url) ? existsInPostgres(url) : existsSync(fileOfStore(url) ?? '');
}

/**
 * Opens the store in `file`.
 * @deprecated Use {@link openStore} with a URL like `file:data/stillhere.db`.
 */
export function openSqliteStore(file: string): Promise<SessionStore> {
  return openStore(`file:${file}`);
}
