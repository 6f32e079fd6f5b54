// Personal links by which readers come (invitations.ts).
import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

const COLUMNS = `id text NOT NULL PRIMARY KEY, hash text NOT NULL, email text NOT NULL, pages text, created_ms bigint NOT NULL,
  until_ms bigint NOT NULL, revoked_ms bigint, opened_ms bigint`;

export const invitationsMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    await sql.raw(`CREATE TABLE invitations (${COLUMNS})`).execute(db);
    await sql.raw('CREATE UNIQUE INDEX invitations_by_hash ON invitations (hash)').execute(db);
    await sql.raw('CREATE INDEX invitations_by_email ON invitations (email)').execute(db);
  },
};
