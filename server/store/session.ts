// A session as stored. Times are epoch milliseconds on the server's clock.

/**
 * How the end of a session is known: the page said goodbye; it was the last sign of a page that was cut off (at most a
 * tick earlier than the truth); a beat of the original contract; or the device's clock was wrong, and the end was moved
 * into the possible range.
 */
export type EndKnownBy = 'goodbye' | 'tick' | 'beat' | 'bounded';

/**
 * How it is known whose a session is: the reader typed the address, as anybody could; the owner sent this address a personal link;
 * or the reader entered a code that was mailed to it.
 */
export type Identity = 'typed' | 'invited' | 'confirmed';

/** One grant of access. */
export interface Session {
  /** From session-id.ts. Also the value of the cookie that scripts can read. */
  readonly id: string;
  /** Names the session to third parties, who can't write to it. */
  readonly ref: string;
  readonly email: string;
  readonly identity: Identity;
  /** The invitation by which the reader came; null: by none. */
  readonly invitationId: string | null;
  /** False: the reader has access, and chose that nothing is measured. */
  readonly isMeasured: boolean;
  /** The only path prefix that the reader has access to; null: all of them. */
  readonly accessPages: string | null;
  readonly startMs: number;
  /** The largest end of its spans; null before the first span. */
  readonly endMs: number | null;
  /** The measure of the union of its spans. */
  readonly readingMs: number;
  /** The part of `readingMs` that was delivered later, from the device's queue. */
  readonly offlineMs: number;
  /** Null before the first span. */
  readonly endKnownBy: EndKnownBy | null;
  /** How long after its last delivery the device meant to send the next one; null if it didn't say. */
  readonly nextBeatMs: number | null;
  /** The page of its latest span; null before the first span. */
  readonly currentPage: string | null;
  /** When the reader or the owner revoked its access; null: never. The record stays. */
  readonly accessEndedMs: number | null;
  /** True: kept, but not counted in the totals. */
  readonly isExcluded: boolean;
  /** True if NocoDB shows this revision. */
  readonly isMirrored: boolean;
}

/** What makes a session. What is left out is as of a reader who typed an address. */
export type NewSession = Pick<Session, 'id' | 'email' | 'startMs'> &
  Partial<Pick<Session, 'identity' | 'invitationId' | 'isMeasured' | 'accessPages'>>;

/**
 * What is known of its reading time, in milliseconds. Null: only beats of the original contract show that the session went on, and
 * they don't tell what was read.
 */
export function knownReadingMs({ readingMs, endKnownBy }: Pick<Session, 'readingMs' | 'endKnownBy'>): number | null {
  return readingMs === 0 && endKnownBy === 'beat' ? null : readingMs;
}
