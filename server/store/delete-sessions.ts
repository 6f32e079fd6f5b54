// Deletes sessions with all that belongs to them, in SQL that is the same for every database. What consumers of the outbox made
// of them outside remains to be deleted, so each is left a deletion in the same transaction.
import { sql, type CompiledQuery, type Kysely } from 'kysely';
import { chunk } from './chunk.ts';
import type { Database } from './database.ts';
import { CREATION_MS, RECORD_IN_DOUBT } from './outbox.ts';
import { rowsOf } from './runner.ts';
import type { Tables } from './schema.ts';
import type { Totals } from './totals.ts';

const SESSIONS_AT_ONCE = 1_000;
/** Of one transaction, about: deliveries wait for it. A session is deleted as a whole, even if it has more. */
const ROWS_AT_ONCE = 2_000;
/** Of a session without spans. */
const LEAST_ROWS = 4;

/**
 * Takes them out of the totals, too.
 * @returns how many of the sessions there were.
 */
export async function deleteSessions(
  ids: readonly string[],
  atMs: number,
  queries: Kysely<Tables>,
  database: Pick<Database, 'reader' | 'lockSessions'>,
  totals: Pick<Totals, 'remove'>,
): Promise<number> {
  let deleted = 0;
  for (const some of chunk([...new Set(ids)], SESSIONS_AT_ONCE)) {
    const sizes = queries.selectFrom('sessions').select(['id', 'span_count', 'stretch_count']).where('id', 'in', some);
    const sessions = await rowsOf(database.reader, sizes.compile());
    for (const group of toGroups(sessions)) {
      const deletions = [...database.lockSessions(group, 'delete'), ...toStatements(group, atMs, queries)];
      const changes = await totals.remove(group, deletions);
      deleted += changes.at(-1) ?? 0;
    }
  }
  return deleted;
}

/** The ids, in groups for one transaction each. */
function toGroups(
  sessions: readonly { readonly id: string; readonly span_count: number; readonly stretch_count: number }[],
): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let rows = Infinity;
  for (const { id, span_count: spans, stretch_count: stretches } of sessions) {
    const its = LEAST_ROWS + spans + stretches;
    rows += its;
    if (rows <= ROWS_AT_ONCE) groups.at(-1)?.push(id);
    else {
      groups.push([id]);
      rows = its;
    }
  }
  return groups;
}

/** The last of them deletes the sessions. */
function toStatements(ids: readonly string[], atMs: number, queries: Kysely<Tables>): readonly CompiledQuery[] {
  const consumers = queries.selectFrom('consumers').select('name');
  const toDelete = queries
    .insertInto('outbox')
    .columns(['consumer', 'session_id', 'due_ms', 'kind', 'record_id'])
    .expression(
      queries
        .selectFrom('consumers')
        .innerJoin('sessions', (join) => join.on('sessions.id', 'in', ids))
        .leftJoin('told', (join) =>
          join.onRef('told.consumer', '=', 'consumers.name').onRef('told.session_id', '=', 'sessions.id'),
        )
        .select((eb) => [
          'consumers.name',
          'sessions.id',
          eb
            .case()
            .when(eb.and([eb('told.record_id', 'is not', null), eb('told.record_id', '<>', RECORD_IN_DOUBT)]))
            .then(sql<number>`CAST(${atMs} AS bigint)`)
            .else(sql<number>`CAST(${atMs + CREATION_MS} AS bigint)`)
            .end()
            .as('due_ms'),
          sql.lit('deleted').as('kind'),
          'told.record_id',
        ])
        // SQLite would take ON CONFLICT for a part of the join.
        .where(sql.lit(true)),
    )
    .onConflict((conflict) =>
      conflict.columns(['consumer', 'session_id']).doUpdateSet((eb) => ({
        due_ms: eb.ref('excluded.due_ms'),
        kind: eb.ref('excluded.kind'),
        record_id: eb.ref('excluded.record_id'),
      })),
    );
  return [
    toDelete,
    queries.deleteFrom('told').where('consumer', 'in', consumers).where('session_id', 'in', ids),
    queries.deleteFrom('spans').where('session_id', 'in', ids),
    queries.deleteFrom('stretches').where('session_id', 'in', ids),
    queries.deleteFrom('sessions').where('id', 'in', ids),
  ].map((query) => query.compile());
}
