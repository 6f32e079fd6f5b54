// Connections to PostgreSQL. The only file that imports pg. Nothing here depends on which connection a transaction gets, so
// PgBouncer may share them between transactions.
import { DatabaseError, Pool, types, type PoolClient } from 'pg';
import { StoreError } from '../store-error.ts';

export type { Pool, PoolClient };

/** Longer than the database lets a statement run (transaction.ts): this ends the wait for one that doesn't answer at all. */
const ANSWER_MS = 30_000;
const CONNECT_MS = 5_000;

/** Of pg_type. */
const INT8 = 20;
const NUMERIC = 1_700;

/** Sums and counts, too: all that the store has is below 2^53. */
const getTypeParser: typeof types.getTypeParser = ((oid: number, format: 'text' | 'binary') =>
  oid === INT8 || oid === NUMERIC ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser;

/**
 * @param most connections at a time.
 * @param answerMs how long a statement may take; 0: no limit.
 * @throws StoreError if the URL can't be read.
 */
export function openPool(url: string, most: number, answerMs: number = ANSWER_MS): Pool {
  let pool: Pool;
  try {
    pool = new Pool({
      connectionString: url,
      max: most,
      types: { getTypeParser },
      application_name: 'stillhere',
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: answerMs,
      keepAlive: true,
      // An open store doesn't keep a process alive.
      allowExitOnIdle: true,
    });
  } catch (cause) {
    throw new StoreError('STORE_URL: must be like postgres://user@host:5432/database', { cause });
  }
  // What fails while nobody waits for it is only a connection, and the pool makes another. What waits is told.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** The database answered with an error, so the connection can be used again. Undefined: it didn't answer. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined;
}
