// Whose a session is, and how that is known.
import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  "ALTER TABLE sessions ADD COLUMN identity text NOT NULL DEFAULT 'typed'",
  'ALTER TABLE sessions ADD COLUMN invitation_id text',
  'ALTER TABLE sessions ADD COLUMN is_measured integer NOT NULL DEFAULT 1',
  'ALTER TABLE sessions ADD COLUMN access_pages text',
  'CREATE INDEX sessions_by_invitation ON sessions (invitation_id) WHERE invitation_id IS NOT NULL',
];

export const identityMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
