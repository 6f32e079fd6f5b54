// The wire contract between a device and the server: paths, limits, and what a delivery and its receipt look like.
// Page, worker and server import it; it imports nothing and does nothing.

/** Where the worker's script is served; its folder is its scope, the whole site. */
export const WORKER_PATH = '/sw.js';

/** Where deliveries are posted, on the origin of the site. */
export const HEARTBEAT_PATH = '/api/session-heartbeat';

/** A POST to it takes the reader's cookies away: access ends on this device. */
export const END_ACCESS_PATH = '/api/end-access';

/** Of answers on protected paths: when the reader's access ends, an HTTP date; or {@link NO_ACCESS}, as on the gate's page. */
export const ACCESS_HEADER = 'Stillhere-Access';
export const NO_ACCESS = 'none';

/** The readable cookie whose value is the id of the session. It opens nothing by itself. */
export const SESSION_COOKIE = 'session_record_id';

/**
 * A readable cookie of this browser session, whose value changes when the reader has the device forget: pages that are open
 * count no more from then on. It holds no more than when that was.
 */
export const FORGOTTEN_COOKIE = 'stillhere_forgotten';

/** The name of a page, at most, in characters of its percent-encoded form. */
export const MAX_PAGE_CHARS = 8_000;

/**
 * An unbroken stretch of reading: one page, one tab, visible and not idle.
 * It is state, not an event: whoever says it again with a larger `end` says more, never something else.
 */
export interface Span {
  /** 128 random bits. */
  readonly id: string;
  /** The session it was read in, whatever the cookie says when it is delivered. */
  readonly session: string;
  /** Path of the page on its site, without query. */
  readonly page: string;
  /** Epoch milliseconds, on the clock of the device. */
  readonly start: number;
  /** Epoch milliseconds, on the clock of the device; never before `start`. */
  readonly end: number;
}

/** The body of one POST to {@link HEARTBEAT_PATH}. */
export interface Delivery {
  /** The device's clock as the request leaves, epoch milliseconds: the server shifts the spans by the difference to its own. */
  readonly sentAt: number;
  readonly spans: readonly Span[];
}

/** Why the server will never store a span. */
export type RefusalReason = 'unknown-session' | 'malformed' | 'start-after-end' | 'too-many-spans';

export interface Refusal {
  readonly id: string;
  readonly reason: RefusalReason;
}

/** The server's explicit word, span by span. Only this removes a span from the queue. */
export interface Receipt {
  readonly success: true;
  /** Ids of the spans that are durable on the server. */
  readonly stored: readonly string[];
  readonly refused: readonly Refusal[];
  /** The server's clock, epoch milliseconds. */
  readonly now: number;
}
