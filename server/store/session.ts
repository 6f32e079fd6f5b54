// A session as stored. Times are epoch milliseconds on the server's clock.

/** One grant of access. */
export interface Session {
  /** 128 random bits, base64url. Also the value of the cookie that scripts can read. */
  readonly id: string;
  readonly email: string;
  readonly startMs: number;
  /** The largest end of its spans; null before the first span. */
  readonly endMs: number | null;
  /** The measure of the union of its spans. */
  readonly readingMs: number;
  /** The page of its latest span; null before the first span. */
  readonly currentPage: string | null;
  /** When the reader or the owner revoked its access; null: never. The record stays. */
  readonly accessEndedMs: number | null;
  /** True if NocoDB shows this revision. */
  readonly isMirrored: boolean;
}
