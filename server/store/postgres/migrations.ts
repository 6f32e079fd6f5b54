// The migrations that create the tables of schema.ts in PostgreSQL. They are its own: it began with the tables that SQLite had come to
// by then. A column that is added there is added here, too; test/systems/postgres-store.test.ts compares them.
import { sql, type Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import type { Tables } from '../schema.ts';
import { bucketsMigration } from './buckets-migration.ts';
import { sharedMigration } from './shared-migration.ts';
import { tablesMigration } from './tables-migration.ts';
import { isUpToDate } from '../up-to-date.ts';

const migrations: Record<string, Migration> = {
  '001-tables': tablesMigration,
  '002-shared': sharedMigration,
  '003-buckets': bucketsMigration,
};

/** Any number that nobody else uses: whoever has its lock migrates. */
const LOCK = 7_355_608_201;

/**
 * True if there is nothing to migrate.
 * @throws StoreError if a newer version has changed the tables.
 */
export function isMigrated(db: Kysely<Tables>): Promise<boolean> {
  return isUpToDate(db, migrations);
}

/** Migrates the tables to the latest version, all or nothing. Others that start meanwhile wait. */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  // With a stricter one, whoever waited for the lock would not see what was migrated meanwhile.
  const isolated = db.transaction().setIsolationLevel('read committed');
  await isolated.execute(async (transaction) => {
    await sql`SELECT pg_advisory_xact_lock(${LOCK})`.execute(transaction);
    const { error } = await migratorOf(transaction).migrateToLatest();
    if (error) throw new Error('Could not migrate the tables of the store', { cause: error });
  });
}

function migratorOf(db: Kysely<Tables>): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => migrations } });
}
