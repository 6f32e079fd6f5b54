// The wire format between device and server: paths, limits, deliveries and receipts. Imported by page, worker and
// server; has no imports and no side effects.

/** Path of the worker's script. Its folder is the scope: the whole site. */
export const WORKER_PATH = '/sw.js';

/** Path for deliveries, on the site's origin. */
export const HEARTBEAT_PATH = '/api/session-heartbeat';

/** A POST to this path deletes the reader's cookies: access ends on this device. */
export const END_ACCESS_PATH = '/api/end-access';

/**
 * Response header on protected paths: when the reader's access ends, an HTTP date; or {@link NO_ACCESS}, as on the
 * gate's page.
 */
export const ACCESS_HEADER = 'Stillhere-Access';
export const NO_ACCESS = 'none';

/** The cookie that scripts can read. Its value is the session's id; it gives no access by itself. */
export const SESSION_COOKIE = 'session_record_id';

/**
 * A session cookie that scripts can read. Its value changes when the reader uses "Forget this device": pages that are
 * open stop counting. It contains only the time of that.
 */
export const FORGOTTEN_COOKIE = 'stillhere_forgotten';

/** Maximum length of a page name, in characters of its percent-encoded form. */
export const MAX_PAGE_CHARS = 8_000;

/**
 * An unbroken stretch of reading: one page, one tab, visible and not idle. A span is state, not an event: a later
 * version with a larger `end` replaces an earlier one.
 */
export interface Span {
  /** 128 random bits. */
  readonly id: string;
  /** The session in which it was read, whatever the cookie says at delivery. */
  readonly session: string;
  /** Path of the page on its site, without query. */
  readonly page: string;
  /** Epoch milliseconds on the device's clock. */
  readonly start: number;
  /** Epoch milliseconds on the device's clock; never before `start`. */
  readonly end: number;
  /** It is over: `end` is its true end, and not only the last sign of it. */
  readonly closed?: boolean | undefined;
  /** Sent from the queue, after an attempt had failed. */
  readonly replayed?: boolean | undefined;
}

/** The body of a POST to {@link HEARTBEAT_PATH}. */
export interface Delivery {
  /**
   * The device's clock at sending, epoch milliseconds. The server shifts the spans by the difference to its own clock.
   */
  readonly sentAt: number;
  /** Milliseconds until the next delivery, if the reader goes on reading. */
  readonly nextBeatMs?: number | undefined;
  readonly spans: readonly Span[];
}

/** Why the server will never store a span. */
export type RefusalReason = 'unknown-session' | 'malformed' | 'start-after-end' | 'too-many-spans';

export interface Refusal {
  readonly id: string;
  readonly reason: RefusalReason;
}

/** The server's explicit result per span. Only this removes a span from the queue. */
export interface Receipt {
  readonly success: true;
  /** Ids of the spans that are durable on the server. */
  readonly stored: readonly string[];
  readonly refused: readonly Refusal[];
  /** The server's clock, epoch milliseconds. */
  readonly now: number;
}
