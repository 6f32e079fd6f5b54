// A session as the store keeps it. Times are epoch milliseconds on the server's clock.

/** One grant of access. */
export interface Session {
  /** 128 random bits, base64url: also the value of the readable cookie. */
  readonly id: string;
  readonly email: string;
  readonly startMs: number;
  /** The largest end of its spans; null before the first. */
  readonly endMs: number | null;
  /** The measure of the union of its spans. */
  readonly readingMs: number;
  /** The page of its latest span; null before the first. */
  readonly currentPage: string | null;
  /** When its access was taken back, by the reader or the owner; null: never. Its record stays. */
  readonly accessEndedMs: number | null;
  /** NocoDB shows it as it is here. */
  readonly isMirrored: boolean;
}
