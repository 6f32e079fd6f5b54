// The settings of every SQLite connection of a store.
import type { DatabaseSync } from 'node:sqlite';

/** How long a write waits for another process. A device waits longer than this for its answer, and then tries again. */
const BUSY_TIMEOUT_MS = 2_000;
const SYNCHRONOUS_FULL = 2;

/** @throws if SQLite can't give the durability that an acknowledgement promises. */
export function configureConnection(connection: DatabaseSync, isReadOnly: boolean): void {
  connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA foreign_keys = ON`);
  if (isReadOnly) return;
  connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  // What is erased must not stay in pages that are free.
  connection.exec('PRAGMA secure_delete = ON');
  const setting = (name: string): unknown => Object.values(connection.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  if (setting('journal_mode') !== 'wal' || setting('synchronous') !== SYNCHRONOUS_FULL) {
    const file = connection.location() ?? 'This database';
    connection.close();
    throw new Error(`${file}: SQLite does not support journal_mode=WAL with synchronous=FULL; use a local disk`);
  }
}
