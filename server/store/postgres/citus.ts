// Whether Citus distributes the tables of a store (docs/scaling.md).
import { sql, type Kysely } from 'kysely';
import type { Tables } from '../schema.ts';

/** @param db with a store's tables. */
export async function isDistributed(db: Kysely<Tables>): Promise<boolean> {
  // Only Citus has this table.
  const citus = await sql<{ found: string | null }>`SELECT to_regclass('pg_dist_partition') AS found`.execute(db);
  if (citus.rows[0]?.found === null) return false;
  const { rows } = await sql`SELECT 1 FROM pg_dist_partition WHERE logicalrelid = 'sessions'::regclass`.execute(db);
  return rows.length > 0;
}
