// What a consumer, like the NocoDB mirror, needs from a store: the changed sessions that it hasn't processed, the last
// revision that it has, and the deleted sessions of which something is left outside. The transaction that changes or deletes
// a session also adds it to the outbox, so nothing is lost.
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

/** A session that the consumer has to look at. */
export interface Due extends Untold {
  /** What the consumer kept; null before it did. */
  readonly state: string | null;
}

/** Stands in for a record's id: its creation was requested, but no response arrived. */
export const RECORD_IN_DOUBT = '';

/** How long the creation of a record may go on after its request was given up. */
export const CREATION_MS = 60_000;

/** A session that was deleted. Holds no personal data. */
export interface Deletion {
  readonly id: string;
  /** Id of the record outside. Otherwise, null or {@link RECORD_IN_DOUBT}: look for one that was made for `id`. */
  readonly recordId: string | null;
}

/** The deleted sessions whose records a consumer has not deleted yet. */
export interface Deletions {
  /** At most `limit`, the oldest first. One without a known record is due {@link CREATION_MS} after the deletion. */
  listDue(nowMs: number, limit: number): Promise<readonly Deletion[]>;
  /** Nothing of these sessions is left outside. */
  finish(ids: readonly string[]): Promise<void>;
  /** The known records become in doubt, because the table that they were in is gone. */
  forgetRecords(): Promise<void>;
}

/** The outbox of one consumer. What it says about a session that was deleted meanwhile is ignored. */
export interface Outbox {
  /**
   * At most `limit` sessions, those that have waited longest first.
   * @param quietSinceMs only sessions without a record, or not seen since then.
   * @param order `newest`: those that have waited shortest first.
   */
  listUntold(limit: number, quietSinceMs?: number, order?: 'oldest' | 'newest'): Promise<readonly Untold[]>;
  /** At most `limit` sessions to look at by `nowMs`, the earliest first: those that have changed or were postponed. */
  listDue(nowMs: number, limit: number): Promise<readonly Due[]>;
  /**
   * Nothing is to be told of these revisions before `dueMs`. A session that has changed since stays due. A change that comes later
   * does not end the postponement: it must be one that can wait for it.
   */
  postpone(sessions: readonly { id: string; revision: number; dueMs: number }[]): Promise<void>;
  /** Stores what the consumer keeps about sessions. */
  setStates(states: readonly { id: string; state: string }[]): Promise<void>;
  /** Counts changes and deletions. */
  countUntold(): Promise<number>;
  /** Since when the oldest change waits; undefined if there is none. */
  findOldestUntoldMs(): Promise<number | undefined>;
  /** Marks these revisions as told. Later changes still wait. */
  markTold(told: readonly { id: string; revision: number; recordId: string | null }[]): Promise<void>;
  /**
   * Stores the record ids of sessions: an id, {@link RECORD_IN_DOUBT}, or null for no record.
   * @returns the sessions that still exist. A record must not be created for another one.
   */
  setRecords(records: readonly { id: string; recordId: string | null }[]): Promise<ReadonlySet<string>>;
  /** Number of known records, those of deleted sessions included. */
  countRecords(): Promise<number>;
  /** All sessions with a known record. */
  listRecords(): Promise<readonly { id: string; recordId: string }[]>;
  /**
   * Marks sessions to be told again: those listed, or started at or after `fromMs`. Their records become in doubt.
   */
  forgetTold(which: { readonly fromMs: number } | { readonly ids: readonly string[] }): Promise<void>;
  readonly deletions: Deletions;
}
