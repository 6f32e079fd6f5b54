// What the gate refuses: readers whom the owner has blocked, and addresses that were tried.
import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

const STATEMENTS = [
  'CREATE TABLE blocked_readers (email text NOT NULL PRIMARY KEY, since_ms bigint NOT NULL) WITHOUT ROWID',
  `CREATE TABLE refused_addresses (email text NOT NULL PRIMARY KEY, tries bigint NOT NULL, first_ms bigint NOT NULL,
     last_ms bigint NOT NULL) WITHOUT ROWID`,
  'CREATE INDEX refused_addresses_by_last ON refused_addresses (last_ms)',
];

export const accessMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
