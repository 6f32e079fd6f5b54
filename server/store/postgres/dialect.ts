// Kysely on PostgreSQL.
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type Driver,
} from 'kysely';
import type { Tables } from '../schema.ts';
import { bucketPlugin } from './bucket-plugin.ts';
import type { Pool } from './pool.ts';

/** Migrations hold a lock of their own (migrations.ts): Kysely's belongs to a connection, which PgBouncer may change. */
class Adapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}

function kyselyOn(driver: Driver): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new Adapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}

/** Compiles queries, which PostgresDatabase runs. */
export function postgresQueries(): Kysely<Tables> {
  return kyselyOn(new DummyDriver()).withPlugin(bucketPlugin);
}

/** Runs queries. `destroy` ends the pool. */
export function kyselyOnPool(pool: Pool): Kysely<Tables> {
  return kyselyOn(new PostgresDriver({ pool }));
}
