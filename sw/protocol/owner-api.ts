// The responses of the owner's API. Times are ISO 8601, UTC, with milliseconds. Shared by server, tests and the owner's
// pages.

/** One session: one submitted e-mail address. */
export interface SessionView {
  readonly id: string;
  /** Names the session in what third parties see. Unlike `id`, it doesn't let them write to it. */
  readonly ref: string;
  readonly emailOfAccessor: string;
  readonly sessionStartTime: string;
  /** The end of its last span; null before the first span. */
  readonly sessionEndTime: string | null;
  /** From start to end. */
  readonly durationMs: number;
  /** The union of its spans: two tabs side by side count once. */
  readonly readingTimeMs: number;
  /** The part of `readingTimeMs` that was delivered later, from the device's queue. */
  readonly offlineMs: number;
  /**
   * How the end is known: the page said `goodbye`; it was the last `tick` of a page that was cut off; a `beat` of the
   * original contract; or it was `bounded`, because the device's clock was wrong. Null before the first span.
   */
  readonly endKnownBy: 'goodbye' | 'tick' | 'beat' | 'bounded' | null;
  /**
   * `reading`: a span is open, and its device is not overdue. `away`: otherwise, up to 5 minutes. `ended`: later.
   * `opened`: ended, with less than 5 s visible. That was a link scanner, or a person who left at once.
   */
  readonly state: 'reading' | 'away' | 'ended' | 'opened';
  readonly currentPage: string | null;
  /** True if NocoDB shows this version of the session. */
  readonly mirrored: boolean;
}

/** An unbroken stretch of reading. */
export interface SpanView {
  readonly id: string;
  readonly page: string;
  readonly start: string;
  readonly end: string;
  /** Delivered more than a minute after its end. */
  readonly late: boolean;
  /** Its end is known exactly, and not only by the last sign of it. */
  readonly closed: boolean;
  /** Delivered from the device's queue, after an attempt had failed. */
  readonly replayed: boolean;
  /** Set if the device's clock was wrong, so that the times were moved into the possible range. */
  readonly clamped?: true;
}

/** A page's own reading time. Pages are in the order in which they were first read. */
export interface PageView {
  readonly page: string;
  readonly readingTimeMs: number;
}

/** A session with all that was read. */
export interface SessionDetail extends SessionView {
  /** Ordered by start. */
  readonly spans: readonly SpanView[];
  readonly pages: readonly PageView[];
}
