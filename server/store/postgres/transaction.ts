// Transactions on PostgreSQL, at the isolation level that the database has by default.
import { setTimeout as delay } from 'node:timers/promises';
import { sqlStateOf, type Pool, type PoolClient } from './pool.ts';
import { passingErrorOf } from './postgres-error.ts';

/** Set for the transaction, not for the connection: the next transaction may have another one. As long as SQLite waits. */
const BEGIN = "BEGIN; SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '10s'";

/** serialization_failure, deadlock_detected: the transaction is undone, and only has to be repeated. */
const TO_REPEAT = new Set(['40001', '40P01']);
const TRIES = 12;
const PAUSE_MS = 8;
const LONGEST_PAUSE_MS = 500;

/** Runs `work` in a transaction, again if others came between. */
export function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return repeat(() => onConnection(pool, async (client) => commit(client, work)));
}

/** Runs `work`, a single statement, again if others came between. */
export function onOne<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return repeat(() => onConnection(pool, work));
}

async function commit<T>(client: PoolClient, work: (client: PoolClient) => Promise<T>): Promise<T> {
  await client.query(BEGIN);
  try {
    const result = await work(client);
    const { command } = await client.query('COMMIT');
    if (command !== 'COMMIT') throw new Error('The transaction was undone');
    return result;
  } catch (error) {
    // Where the connection itself failed, the database undoes it.
    if (!isBroken(error)) await client.query('ROLLBACK');
    throw error;
  }
}

async function onConnection<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    const result = await work(client);
    broken = false;
    return result;
  } catch (error) {
    broken = isBroken(error);
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Nothing else can be asked on the connection: it may be closed, or still busy with what was not answered in time. */
function isBroken(error: unknown): boolean {
  // Errors of the store's own, like OUTDATED, leave the connection as it is.
  const state = sqlStateOf(error);
  if (state !== undefined) return state.startsWith('57P') || state.startsWith('08');
  return (error as { code?: unknown }).code !== 'OUTDATED';
}

/** With full jitter, so that those that met don't meet again. */
async function repeat<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || !TO_REPEAT.has(sqlStateOf(error) ?? '')) throw passingErrorOf(error);
      await delay(Math.random() * Math.min(PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS));
    }
}
