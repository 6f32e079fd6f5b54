// What deletes all that names a reader, or what has not been read for long.
import type { KeptWithAddress } from './kept-with-address.ts';

/** How much of a reader there is, or was. */
export interface Erased {
  readonly sessions: number;
  readonly spans: number;
  /** Personal links for this address. */
  readonly invitations: number;
  /** Codes that were asked for with this address. */
  readonly codes: number;
  /** Tries with this address that the gate has refused. */
  readonly refusals: number;
  /** The owner has taken the reader's access. */
  readonly isBlocked: boolean;
  /** The owner keeps the reader out of the totals. */
  readonly isExcluded: boolean;
}

/** Copies outside the store that are still to be deleted. */
export interface OutstandingErasure {
  /** The consumer of the outbox that has to delete them. */
  readonly consumer: string;
  readonly sessions: number;
}

/** Times in epoch milliseconds. What ended before them is to be deleted. */
export interface EndedBefore {
  /** Personal links and shared ones, by when they expired or were revoked. */
  readonly linksMs: number;
  /** Addresses that were refused at the gate, by the last try. */
  readonly refusalsMs: number;
  /** Codes by mail, by when they were sent. */
  readonly codesMs: number;
}

export interface Erasures {
  /** What {@link erase} would delete. */
  preview(email: string, atMs: number): Promise<Erased>;
  /** Deletes the sessions of this address that began by `atMs`, and whatever else holds it. Consumers of the outbox are told to. */
  erase(email: string, atMs: number): Promise<Erased>;
  /** What the store has of this address besides sessions. */
  findKept(email: string): Promise<KeptWithAddress>;
  /** Of all sessions that were deleted. Holds no personal data. */
  listOutstanding(): Promise<readonly OutstandingErasure[]>;
  /** Deletes at most `limit` sessions without a sign of their reader since then. @returns how many. */
  deleteUnseenSince(sinceMs: number, atMs: number, limit: number): Promise<number>;
  /** Deletes at most `limit` of each. @returns how many in all. */
  deleteEnded(times: EndedBefore, limit: number): Promise<number>;
  /**
   * Overwrites what was deleted in the files of the store.
   * @returns false while something is read that was there before: it stays in the log until then. Undefined: the database does it at a
   * time of its own.
   */
  scrub(): Promise<boolean | undefined>;
}
