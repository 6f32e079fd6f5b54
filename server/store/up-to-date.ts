// Whether the tables of a store are those of this version.
import { sql, type Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import type { Tables } from './schema.ts';
import { StoreError } from './store-error.ts';

/**
 * False if there is something to migrate.
 * @throws StoreError if a newer version has changed them: what it keeps there, this one could miss or overwrite.
 */
export async function isUpToDate(
  db: Kysely<Tables>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<boolean> {
  const known = await new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
  }).getMigrations();
  if (known.some(({ executedAt }) => executedAt === undefined)) return false;
  const { rows } = await sql<{ name: string }>`SELECT name FROM kysely_migration`.execute(db);
  if (rows.every(({ name }) => Object.hasOwn(migrations, name))) return true;
  throw new StoreError(
    'The store was changed by a newer version of Stillhere. Install that version, or restore a backup from before the upgrade.',
  );
}
