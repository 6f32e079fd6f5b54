// A store in PostgreSQL that lets a test come between its transactions.
import { postgresQueries } from '../../server/store/postgres/dialect.ts';
import { PostgresDatabase } from '../../server/store/postgres/postgres-database.ts';
import type { Runner } from '../../server/store/runner.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { SqlStore } from '../../server/store/sql-store.ts';
import type { Around } from './store-place.ts';

/** @param url of a database that has the tables. */
export function openWatchedPostgres(url: string, around: Around, isDistributed = false): SessionStore {
  const database = new PostgresDatabase(url, isDistributed);
  const watch = (runner: Runner): Runner => ({
    run: (statements) => around(() => runner.run(statements), statements),
  });
  return new SqlStore(
    {
      writer: watch(database.writer),
      reader: watch(database.reader),
      record: (sightings) => database.record(sightings),
      addConsumer: (name, hasHistory) => database.addConsumer(name, hasHistory),
      findAccess: (id) => database.findAccess(id),
      sessionKey: (id) => database.sessionKey(id),
      lockSessions: (ids, reason) => database.lockSessions(ids, reason),
      scrub: () => database.scrub(),
      close: () => database.close(),
    },
    postgresQueries(),
  );
}
