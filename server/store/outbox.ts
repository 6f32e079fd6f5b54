// What a consumer, like the NocoDB mirror, needs from a store: the changed sessions that it hasn't processed, and the last
// revision that it has. The transaction that changes a session also adds it to the outbox, so no change is lost.
import type { Session } from './session.ts';

/** The name of the NocoDB mirror. Stays the same as long as stores exist. */
export const NOCODB = 'nocodb';

/** A session that changed since the consumer was told of it. */
export interface Untold {
  readonly session: Session;
  /** The revision of `session`, to pass to `markTold` once the consumer has it. */
  readonly revision: number;
  /** Id of the record outside; null before its creation was requested. */
  readonly recordId: string | null;
}

/** Stands in for a record's id: its creation was requested, but no response arrived. */
export const RECORD_IN_DOUBT = '';

/** The outbox of one consumer. */
export interface Outbox {
  /**
   * At most `limit` sessions, those that have waited longest first.
   * @param quietSinceMs only sessions without a record, or not seen since then.
   * @param order `newest`: those that have waited shortest first.
   */
  listUntold(limit: number, quietSinceMs?: number, order?: 'oldest' | 'newest'): Promise<readonly Untold[]>;
  countUntold(): Promise<number>;
  /** Since when the oldest change waits; undefined if there is none. */
  findOldestUntoldMs(): Promise<number | undefined>;
  /** Marks these revisions as told. Later changes still wait. */
  markTold(told: readonly { id: string; revision: number; recordId: string }[]): Promise<void>;
  /** Stores the record ids of sessions: an id, {@link RECORD_IN_DOUBT}, or null for no record. */
  setRecords(records: readonly { id: string; recordId: string | null }[]): Promise<void>;
  /** Number of sessions with a known record. */
  countRecords(): Promise<number>;
  /** All sessions with a known record. */
  listRecords(): Promise<readonly { id: string; recordId: string }[]>;
  /**
   * Marks sessions to be told again: those listed, or started at or after `fromMs`. Their records become in doubt.
   */
  forgetTold(which: { readonly fromMs: number } | { readonly ids: readonly string[] }): Promise<void>;
}
