// What the owner's API answers. Times are ISO 8601, UTC, with milliseconds. Server, tests and the owner's pages share it.

/** One session: one submitted e-mail address. */
export interface SessionView {
  readonly id: string;
  readonly emailOfAccessor: string;
  readonly sessionStartTime: string;
  /** The end of its last span; null before the first. */
  readonly sessionEndTime: string | null;
  /** From start to end. */
  readonly durationMs: number;
  /** The union of its spans: two tabs side by side count once. */
  readonly readingTimeMs: number;
  readonly currentPage: string | null;
  /** NocoDB has the session as it is here. */
  readonly mirrored: boolean;
}

/** An unbroken stretch of reading. */
export interface SpanView {
  readonly id: string;
  readonly page: string;
  readonly start: string;
  readonly end: string;
  /** It was delivered more than a minute after its end. */
  readonly late: boolean;
  /** Set where the device's clock can't have been right: the times were bounded to what is possible. */
  readonly clamped?: true;
}

/** A page's own reading time. Pages come in the order in which they were first read. */
export interface PageView {
  readonly page: string;
  readonly readingTimeMs: number;
}
