// The codes that were mailed to readers (codes.ts).
import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

const TABLE = `CREATE TABLE codes (hash text NOT NULL PRIMARY KEY, email text NOT NULL, next text NOT NULL, is_measured integer NOT NULL,
  code_hmac text NOT NULL,
  sent_ms bigint NOT NULL, until_ms bigint NOT NULL, tries integer NOT NULL) WITHOUT ROWID`;
const INDEX = 'CREATE INDEX codes_by_time ON codes (sent_ms)';

export const codesMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    for (const statement of [TABLE, INDEX]) await sql.raw(statement).execute(db);
  },
};
