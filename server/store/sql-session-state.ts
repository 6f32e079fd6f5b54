// The state of a session (session-state.ts) as a condition in SQL, for a list of one state.
import { sql, type RawBuilder, type SqlBool } from 'kysely';
import { AWAY_MS, GRACE_MS, LEAST_VISIBLE_MS, LONGEST_PAUSE_MS, type State } from './session-state.ts';

const LAST_MS = sql<number>`coalesce(sessions.end_ms, sessions.start_ms)`;
/** Beats of the original contract have no reading time. */
const VISIBLE_MS = sql<number>`CASE WHEN sessions.reading_ms = 0 AND sessions.end_known_by = 'beat'
  THEN ${LAST_MS} - sessions.start_ms ELSE sessions.reading_ms END`;

/** True for the rows of `sessions` that are in the state at `nowMs` (epoch milliseconds). */
export function isInState(state: State, nowMs: number): RawBuilder<SqlBool> {
  const reading = sql<SqlBool>`(sessions.end_known_by IS NOT NULL AND sessions.end_known_by <> 'goodbye'
    AND ${LAST_MS} + coalesce(sessions.next_beat_ms, ${LONGEST_PAUSE_MS}) + ${GRACE_MS} >= ${nowMs})`;
  if (state === 'reading') return reading;
  const isRecent = sql<SqlBool>`${LAST_MS} + ${AWAY_MS} >= ${nowMs}`;
  if (state === 'away') return sql<SqlBool>`(${isRecent} AND NOT ${reading})`;
  const visible = sql.raw(state === 'opened' ? '<' : '>=');
  return sql<SqlBool>`(NOT ${reading} AND NOT (${isRecent}) AND ${VISIBLE_MS} ${visible} ${LEAST_VISIBLE_MS})`;
}
