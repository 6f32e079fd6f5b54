// How many sessions are being read, in SQL that is the same for every database. Only those of the last minutes are looked at, along the
// index of what was counted, which is a few seconds behind.
import { sql, type CompiledQuery, type Kysely } from 'kysely';
import type { Tables } from './schema.ts';
import { GRACE_MS, LONGEST_PAUSE_MS } from './session-state.ts';
import { isInState } from './sql-session-state.ts';

/** No device means to be silent for longer, unless its clock was set. */
const RECENT_MS = LONGEST_PAUSE_MS + GRACE_MS;

export function compileCountReading(queries: Kysely<Tables>, nowMs: number): CompiledQuery<{ readonly count: number }> {
  return queries
    .selectFrom('counted_sessions')
    .innerJoin('sessions', 'sessions.id', 'counted_sessions.session_id')
    .select(sql<number>`count(*)`.as('count'))
    .where('counted_sessions.last_ms', '>=', nowMs - RECENT_MS)
    .where(isInState('reading', nowMs))
    .compile();
}
