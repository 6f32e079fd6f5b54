// The responses of the owner's API. Times are ISO 8601, UTC, with milliseconds. Shared by server, tests and the owner's
// pages.

/** One session: one submitted e-mail address. */
export interface SessionView {
  readonly id: string;
  readonly emailOfAccessor: string;
  readonly sessionStartTime: string;
  /** The end of its last span; null before the first span. */
  readonly sessionEndTime: string | null;
  /** From start to end. */
  readonly durationMs: number;
  /** The union of its spans: two tabs side by side count once. */
  readonly readingTimeMs: number;
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
  /** Set if the device's clock was wrong, so that the times were moved into the possible range. */
  readonly clamped?: true;
}

/** A page's own reading time. Pages are in the order in which they were first read. */
export interface PageView {
  readonly page: string;
  readonly readingTimeMs: number;
}
