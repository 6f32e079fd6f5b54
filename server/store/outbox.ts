// What the mirror needs from a store: the unmirrored sessions and the state of their NocoDB records. The session row is
// the outbox, so a commit is never lost to the mirror.
import type { Session } from './session.ts';

/** A session whose NocoDB record is missing or out of date. */
export interface Unmirrored {
  readonly session: Session;
  /** The revision of `session`, to pass to `markMirrored` once NocoDB shows it. */
  readonly revision: number;
  /** Id of the NocoDB record; null before its creation was requested. */
  readonly recordId: string | null;
}

/** Stands in for a record's id: its creation was requested, but no response arrived. */
export const RECORD_IN_DOUBT = '';

export interface Outbox {
  /**
   * At most `limit` sessions, least recently seen first.
   * @param quietSinceMs only sessions without a record, or not seen since then.
   * @param order `newest`: most recently seen first.
   */
  listUnmirrored(limit: number, quietSinceMs?: number, order?: 'oldest' | 'newest'): Promise<readonly Unmirrored[]>;
  countUnmirrored(): Promise<number>;
  /** When the least recently seen unmirrored session was seen; undefined if there is none. */
  findOldestUnmirroredMs(): Promise<number | undefined>;
  /** Marks these revisions as shown in NocoDB. Later changes stay unmirrored. */
  markMirrored(shown: readonly { id: string; revision: number; recordId: string }[]): Promise<void>;
  /** Stores the record ids of sessions: an id, {@link RECORD_IN_DOUBT}, or null for no record. */
  setRecords(records: readonly { id: string; recordId: string | null }[]): Promise<void>;
  /** Number of sessions with a known record. */
  countRecords(): Promise<number>;
  /** All sessions with a known record. */
  listRecords(): Promise<readonly { id: string; recordId: string }[]>;
  /**
   * Marks sessions to be written again: those listed, or started at or after `fromMs`. Their records become in doubt.
   */
  forgetMirrored(which: { readonly fromMs: number } | { readonly ids: readonly string[] }): Promise<void>;
  /**
   * Takes or renews a lease unless another holder has it at `now`.
   * @param untilMs when the lease ends; pass `now` to release it.
   * @returns false if another holder has it.
   */
  takeLease(name: string, holder: string, now: number, untilMs: number): Promise<boolean>;
  /** A small value that outlives the process; undefined before the first write. */
  readNote(name: string): Promise<string | undefined>;
  writeNote(name: string, text: string): Promise<void>;
}
