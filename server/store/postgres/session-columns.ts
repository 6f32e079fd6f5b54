// The tables of what belongs to a session. Their keys begin with its bucket (bucket.ts).
import type { Tables } from '../schema.ts';

/** The column with the session's id, by table. */
export const SESSION_COLUMNS: ReadonlyMap<string, string> = new Map<keyof Tables, string>([
  ['sessions', 'id'],
  ['spans', 'session_id'],
  ['stretches', 'session_id'],
  ['outbox', 'session_id'],
  ['told', 'session_id'],
  ['counted_sessions', 'session_id'],
  ['counted_pages', 'session_id'],
  ['counted_slots', 'session_id'],
  ['uncounted_sessions', 'session_id'],
]);
