// A SQLite store in the test's own thread, where the test decides what happens in which turn of the event loop.
import type { SessionStore } from '../../server/store/session-store.ts';
import type { Answer, Statement } from '../../server/store/runner.ts';
import { SqlStore } from '../../server/store/sql-store.ts';
import { sqliteQueries } from '../../server/store/sqlite/dialect.ts';
import { FIND_ACCESS, toAccess } from '../../server/store/sqlite/find-access.ts';
import { prepareFile } from '../../server/store/sqlite/open.ts';
import { SqliteConnection } from '../../server/store/sqlite/sqlite-connection.ts';

/**
 * @param file of an existing store, or a new one.
 * @param around called for each transaction that isn't a recording, with what runs it.
 */
export async function openInlineStore(
  file: string,
  around: (
    run: () => readonly Answer[],
    statements: readonly Statement[],
  ) => readonly Answer[] | Promise<readonly Answer[]> = (run) => run(),
): Promise<SessionStore> {
  await prepareFile(file);
  const connection = new SqliteConnection(file, false);
  // What is killed here is no computer.
  connection.run([{ sql: 'PRAGMA synchronous = OFF', parameters: [] }]);
  const runner = {
    run: async (statements: readonly Statement[]) => around(() => connection.run(statements), statements),
  };
  return new SqlStore(
    {
      writer: runner,
      reader: runner,
      record: async (sightings) => connection.record(sightings),
      addConsumer: async (name, hasHistory) => connection.addConsumer(name, hasHistory),
      findAccess: async (id) => {
        const [answer] = connection.run([{ sql: FIND_ACCESS, parameters: [id] }]);
        return toAccess(answer?.rows[0]);
      },
      sessionKey: (id) => ({ session_id: id }),
      lockSessions: () => [],
      scrub: async () => connection.scrub(),
      close: async () => connection.close(),
    },
    sqliteQueries(),
  );
}
