// Makes a store in PostgreSQL one of the version before there were buckets.
import { SESSION_COLUMNS } from '../../server/store/postgres/session-columns.ts';
import type { Postgres } from './postgres.ts';

export async function removeBuckets(postgres: Postgres, url: string): Promise<void> {
  const keys = { spans: 'session_id, id', stretches: 'session_id, start_ms', outbox: 'consumer, session_id' };
  for (const [table, column] of SESSION_COLUMNS) {
    const key = { ...keys, told: 'consumer, session_id', counted_pages: 'session_id, page_id' }[table];
    await postgres.query(
      `ALTER TABLE ${table} DROP COLUMN bucket CASCADE;
      ALTER TABLE ${table} ADD PRIMARY KEY (${table === 'counted_slots' ? 'session_id, slot' : (key ?? column)})`,
      url,
    );
  }
  await postgres.query(
    `ALTER TABLE spans ADD FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE;
    ALTER TABLE stretches ADD FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE;
    DROP INDEX sessions_by_id; DROP INDEX counted_sessions_by_session; CREATE UNIQUE INDEX sessions_by_ref ON sessions (ref);
    DELETE FROM kysely_migration WHERE name = '003-buckets'`,
    url,
  );
}
