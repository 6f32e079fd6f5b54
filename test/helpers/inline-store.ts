// A SQLite store in the test's own thread, where the test decides what happens in which turn of the event loop.
import type { SessionStore } from '../../server/store/session-store.ts';
import { SqlStore } from '../../server/store/sql-store.ts';
import { sqliteQueries } from '../../server/store/sqlite/dialect.ts';
import { prepareFile } from '../../server/store/sqlite/open.ts';
import { SqliteConnection } from '../../server/store/sqlite/sqlite-connection.ts';

/** @param file of an existing store, or a new one. */
export async function openInlineStore(file: string): Promise<SessionStore> {
  await prepareFile(file);
  const connection = new SqliteConnection(file, false);
  const runner = { run: async (statements: Parameters<SqliteConnection['run']>[0]) => connection.run(statements) };
  return new SqlStore(
    {
      writer: runner,
      reader: runner,
      record: async (sightings) => connection.record(sightings),
      addConsumer: async (name, hasHistory) => connection.addConsumer(name, hasHistory),
      findAccess: async (id) => {
        const [answer] = connection.run([
          { sql: 'SELECT email, access_ended_ms AS accessEndedMs FROM sessions WHERE id = ?', parameters: [id] },
        ]);
        return answer?.rows[0] as { email: string; accessEndedMs: number | null } | undefined;
      },
      close: async () => connection.close(),
    },
    sqliteQueries(),
  );
}
