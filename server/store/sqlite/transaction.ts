// Transactions on a SQLite connection.
import type { DatabaseSync } from 'node:sqlite';

/** Runs `work` synchronously in a transaction, so that no other statement on the connection can come between. */
export function inTransaction<T>(connection: DatabaseSync, work: () => T): T {
  connection.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    connection.exec('COMMIT');
    return result;
  } catch (error) {
    if (connection.isTransaction) connection.exec('ROLLBACK');
    throw error;
  }
}
