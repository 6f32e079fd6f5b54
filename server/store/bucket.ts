// The bucket of a session: in PostgreSQL, it leads the keys of all that belongs to the session, so that a table can be distributed by it
// (docs/scaling.md).
import { hash } from 'node:crypto';

/** More than a cluster has machines, and few enough that a batch has only a few transactions. */
const BUCKETS = 32;

/**
 * From 0 to 31, and always the same for the same session: it is stored. All of the id counts, so sessions that begin together are in
 * different buckets. In SQL: `get_byte(sha256(convert_to(id, 'UTF8')), 0) % 32`.
 */
export function bucketOf(sessionId: string): number {
  return Number.parseInt(hash('sha256', sessionId, 'hex').slice(0, 2), 16) % BUCKETS;
}
