// The indexes for the owner's list of sessions by end and by reading time (sql-session-search.ts). They are on what was counted, so they are
// written when a session is counted again, and not with each beat.
import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

const INDEXES = {
  counted_sessions_by_last: 'counted_sessions (last_ms, session_id)',
  counted_sessions_by_reading: 'counted_sessions (reading_order, session_id)',
  counted_sessions_by_reader_reading: 'counted_sessions (reader_id, reading_order, session_id)',
};

export const sessionListMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    // Null is in no order. SQLite doesn't read an index of an expression from a place on, but one of a column.
    await sql
      .raw('ALTER TABLE counted_sessions ADD COLUMN reading_order bigint AS (coalesce(reading_ms, -1)) VIRTUAL')
      .execute(db);
    for (const [name, columns] of Object.entries(INDEXES))
      await sql.raw(`CREATE INDEX ${name} ON ${columns}`).execute(db);
  },
};
