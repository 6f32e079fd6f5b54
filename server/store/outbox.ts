// What the mirror needs of a store: which sessions wait, and what it knows of their records in NocoDB. The outbox is the
// session row itself, so nothing can come between a commit and the mirror.
import type { Session } from './session.ts';

/** A session that NocoDB doesn't show as it is here. */
export interface Unmirrored {
  readonly session: Session;
  /** What `session` stands for; to be given back when NocoDB shows it. */
  readonly revision: number;
  /** Its record in NocoDB; null before it was asked to make one. */
  readonly recordId: string | null;
}

/** In place of a record's id: NocoDB was asked to make the record, and its answer has not been seen. */
export const RECORD_IN_DOUBT = '';

export interface Outbox {
  /**
   * At most `limit`, those that were seen longest ago first.
   * @param quietSinceMs only those that have no record yet, or were not seen since.
   * @param order `newest`: those that were seen last come first.
   */
  listUnmirrored(limit: number, quietSinceMs?: number, order?: 'oldest' | 'newest'): Promise<readonly Unmirrored[]>;
  countUnmirrored(): Promise<number>;
  /** When the session among them was last seen that was seen longest ago; undefined if there is none. */
  findOldestUnmirroredMs(): Promise<number | undefined>;
  /** NocoDB shows these revisions, in these records. What has changed since stays unmirrored. */
  markMirrored(shown: readonly { id: string; revision: number; recordId: string }[]): Promise<void>;
  /** Notes where sessions' records are: an id, {@link RECORD_IN_DOUBT}, or null if there is none. */
  setRecords(records: readonly { id: string; recordId: string | null }[]): Promise<void>;
  /** How many sessions there are whose record is known. */
  countRecords(): Promise<number>;
  /** All of them. */
  listRecords(): Promise<readonly { id: string; recordId: string }[]>;
  /** Has sessions written to NocoDB anew: those that are named, or began at `fromMs` or later. Their records are in doubt. */
  forgetMirrored(which: { readonly fromMs: number } | { readonly ids: readonly string[] }): Promise<void>;
  /**
   * Takes or renews a lease that nobody else holds at `now`. False: somebody does.
   * @param untilMs until when it is held; `now` gives it back.
   */
  takeLease(name: string, holder: string, now: number, untilMs: number): Promise<boolean>;
  /** A small fact that outlives the process; undefined before it was written. */
  readNote(name: string): Promise<string | undefined>;
  writeNote(name: string, text: string): Promise<void>;
}
