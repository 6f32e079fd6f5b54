// The one way to a store.
import type { SessionStore } from './session-store.ts';
import { openSqlite } from './sqlite/open.ts';

const FILE = 'file:';

/**
 * Opens the store at `url`, creates it if it is missing, and migrates its tables.
 * @param url `file:` and a path on a local disk, absolute or relative to the working directory. `-wal` and `-shm` beside
 * the file belong to it.
 * @throws if the database can't give the durability that an acknowledgement promises.
 */
export async function openStore(url: string): Promise<SessionStore> {
  if (!url.startsWith(FILE)) throw new Error('A store has a URL like file:data/stillhere.db');
  return openSqlite(url.slice(FILE.length));
}

/**
 * Opens the store in `file`.
 * @deprecated Use {@link openStore} with a URL like `file:data/stillhere.db`.
 */
export function openSqliteStore(file: string): Promise<SessionStore> {
  return openStore(FILE + file);
}
