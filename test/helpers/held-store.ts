// Holds the file of a store, as another process could, to stop a server between two of its transactions.
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';

const PATIENCE_MS = 60_000;
const BUSY_MS = 5_000;

export interface HeldStore {
  /** Of the query, while nothing can change. */
  readonly count: number;
  /** Lets others write. */
  release(): void;
}

/**
 * Waits until the query counts what `isIt` accepts, and holds the store's write lock from then on.
 * @param query returns one number, as `count`.
 * @throws if that doesn't happen within a minute.
 */
export async function holdStore(file: string, query: string, isIt: (count: number) => boolean): Promise<HeldStore> {
  const database = new DatabaseSync(file, { timeout: BUSY_MS });
  const statement = database.prepare(query);
  const ask = (): number => Number(statement.get()?.['count']);
  const untilMs = performance.now() + PATIENCE_MS;
  while (performance.now() < untilMs) {
    if (isIt(ask())) {
      database.exec('BEGIN IMMEDIATE');
      const count = ask();
      if (isIt(count)) return { count, release: () => database.close() };
      database.exec('ROLLBACK');
    }
    await delay(1);
  }
  database.close();
  throw new Error(`never: ${query}`);
}
