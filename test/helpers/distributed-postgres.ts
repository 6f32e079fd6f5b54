// A database whose tables are distributed: by Citus where the server has it, otherwise only in the eyes of the store.
import { openStore } from '../../server/store/open-store.ts';
import type { Postgres } from './postgres.ts';
import { readSnippet } from './read-snippet.ts';

/** Of what Citus knows of distributed tables, the part that citus.ts asks for. Not among the store's tables, which tests empty. */
const STAND_IN = `CREATE SCHEMA citus;
  CREATE TABLE citus.pg_dist_partition AS SELECT 'sessions'::regclass AS logicalrelid;
  ALTER DATABASE DATABASE_NAME SET search_path = public, citus`;

/** A new, empty store. @returns its URL. */
export async function createDistributed(postgres: Postgres): Promise<string> {
  const url = await postgres.createDatabase();
  await (await openStore(url)).close();
  const citus = await postgres.query("SELECT 1 FROM pg_available_extensions WHERE name = 'citus'");
  if (citus.length === 0) await postgres.query(STAND_IN.replace('DATABASE_NAME', new URL(url).pathname.slice(1)), url);
  else await postgres.query(await readSnippet('docs/scaling.md', 'sql', 'create_distributed_table'), url);
  return url;
}
