// The table of what servers share while they run (postgres-shared.ts). Its columns are those that rate-limiter-flexible expects.
import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

export const sharedMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    await sql`CREATE UNLOGGED TABLE shared_counters (key varchar(255) PRIMARY KEY, points integer NOT NULL DEFAULT 0, expire bigint)
      WITH (fillfactor = 80)`.execute(db);
  },
};
