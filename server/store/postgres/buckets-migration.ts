// Adds the bucket to the tables of what belongs to a session. It leads their keys, and their rows refer to a session by it, too.
import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

const KEYS: Readonly<Record<string, readonly string[]>> = {
  sessions: ['id'],
  spans: ['session_id', 'id'],
  stretches: ['session_id', 'start_ms'],
  outbox: ['consumer', 'session_id'],
  told: ['consumer', 'session_id'],
  counted_sessions: ['session_id'],
  counted_pages: ['session_id', 'page_id'],
  counted_slots: ['session_id', 'slot'],
  uncounted_sessions: ['session_id'],
};

/** A unique index of a distributed table must have the bucket. Some jobs read the sessions in the order of their ids. */
const INDEXES = [
  'DROP INDEX sessions_by_ref',
  'CREATE UNIQUE INDEX sessions_by_ref ON sessions (ref, bucket)',
  'CREATE INDEX sessions_by_id ON sessions (id)',
  'CREATE INDEX counted_sessions_by_session ON counted_sessions (session_id)',
];

export const bucketsMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    const run = async (statement: string): Promise<void> => void (await sql.raw(statement).execute(db));
    for (const [table, key] of Object.entries(KEYS)) {
      const session = key.includes('session_id') ? 'session_id' : 'id';
      await run(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey CASCADE, ADD COLUMN bucket smallint`);
      // As bucketOf.
      await run(`UPDATE ${table} SET bucket = get_byte(sha256(convert_to(${session}, 'UTF8')), 0) % 32`);
      await run(
        `ALTER TABLE ${table} ALTER COLUMN bucket SET NOT NULL, ADD PRIMARY KEY (${['bucket', ...key].join(', ')})`,
      );
    }
    for (const table of ['spans', 'stretches'])
      await run(
        `ALTER TABLE ${table} ADD FOREIGN KEY (bucket, session_id) REFERENCES sessions (bucket, id) ON DELETE CASCADE`,
      );
    for (const statement of INDEXES) await run(statement);
  },
};
