// Where the store of a contract's test lies, whatever the database.
import { mkdtemp } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../server/store/open-store.ts';
import type { Answer, Statement } from '../../server/store/runner.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openInlineStore } from './inline-store.ts';
import { makeMemoryFolder } from './memory-folder.ts';

export interface StorePlace {
  /** Opens the store in this place, as another process each time. */
  readonly open: () => Promise<SessionStore>;
  /** Runs a statement beside the store, as somebody who changes its tables by hand. */
  readonly query: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Called for each transaction that isn't a recording, with what runs it. */
export type Around = (
  run: () => Promise<readonly Answer[]>,
  statements: readonly Statement[],
) => Promise<readonly Answer[]>;

/** A place whose stores let a test come between their transactions. */
export interface WatchedPlace extends StorePlace {
  readonly open: (around?: Around) => Promise<SessionStore>;
}

/** An empty place for SQLite with its threads. */
export async function makeSqlitePlace(): Promise<StorePlace> {
  const file = join(await mkdtemp(join(tmpdir(), 'stillhere-store-')), 'deeper/test.db');
  return { open: () => openStore(`file:${file}`), query: async (sql) => queryFile(file, sql) };
}

/** An empty place for SQLite in the test's own thread. */
export async function makeInlinePlace(): Promise<WatchedPlace> {
  const file = join(await makeMemoryFolder(), 'test.db');
  return {
    open: (around = (run) => run()) =>
      openInlineStore(file, (run, statements) => around(async () => run(), statements)),
    query: async (sql) => queryFile(file, sql),
  };
}

function queryFile(file: string, sql: string): readonly Readonly<Record<string, unknown>>[] {
  const database = new DatabaseSync(file);
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}
