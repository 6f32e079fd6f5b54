// Decides when a device may retry. Pure functions on a small persisted record, so that a killed worker doesn't lose it.
// Must not read a clock or a random source itself.
import type { Trigger } from '../protocol/messages.ts';

/**
 * The cause of the pause. `network`: the server was not reached although the browser is online. `backoff`: any other
 * failure. `server`: a `Retry-After`. `denied`: a 401 or 403. `simulated`: set in the inspector.
 */
export type PauseCause = 'network' | 'backoff' | 'server' | 'denied' | 'simulated';

/** Facts about a failed delivery. */
export interface Failure {
  /** The server was not reached: no connection, or a captive portal answered. */
  readonly isNetworkError?: boolean;
  /** There was a response. */
  readonly isAnswer?: boolean;
  readonly isDenied?: boolean;
  readonly retryAfterMs?: number | undefined;
}

/** A pause between deliveries. Times are epoch milliseconds on the device's clock. */
export interface Pause {
  readonly cause: PauseCause;
  /** Consecutive failed deliveries. */
  readonly failures: number;
  /**
   * The latest consecutive failures with a response from something else: a captive portal, or a login in front of the
   * site.
   */
  readonly strangers?: number;
  /** When the failed request was sent. */
  readonly since: number;
  readonly until: number;
}

/** Including the delays of timers and messages, a visible page retries within 2 s. */
const NETWORK_MS = 1_000;
const NETWORK_JITTER_MS = 800;
/**
 * Up to this many such responses in succession, the cause is assumed to be a captive portal that a train passes; beyond
 * that, a permanent login.
 */
export const PASSING_STRANGERS = 5;
const SHORTEST_MS = 2_000;
const LONGEST_MS = 5 * 60_000;
const LONGEST_ASKED_MS = 60 * 60_000;
const ASKED_JITTER_MS = 5_000;

/** Pauses that the device chose itself. */
const OWN_CAUSES: readonly PauseCause[] = ['network', 'backoff'];

/** Signs that the network may have changed. They end the device's own pauses. */
const FRESH_START: readonly Trigger[] = ['start', 'visible', 'online', 'sync'];

/**
 * Returns the pause after a failed delivery:
 * - Server not reached: one to two seconds. No server needs protection, and only visible pages retry. Doubles up to 5
 * min while something else keeps answering.
 * - Browser offline, or server error: exponential with full jitter (2 s … 5 min).
 * - `Retry-After`: as requested, at most an hour, plus up to 5 s, so that devices don't all return at once.
 * @param before the pause after the previous failure, if no delivery has succeeded since.
 */
export function pauseAfter(
  { isNetworkError, isAnswer, isDenied, retryAfterMs }: Failure,
  before: Pause | undefined,
  now: number,
  random: () => number,
  isOnline: boolean,
): Pause {
  const isNetwork = isNetworkError && isOnline;
  // The server isn't responsible for the earlier network failures, so its failures count from here.
  const failures = before && (isNetwork || before.cause !== 'network') ? before.failures + 1 : 1;
  const strangers = isNetworkError && isAnswer ? (before?.strangers ?? 0) + 1 : 0;
  const pause = (cause: PauseCause, ms: number): Pause => ({
    cause,
    failures,
    ...(strangers && { strangers }),
    since: now,
    until: now + Math.ceil(ms),
  });
  if (isDenied) return pause('denied', LONGEST_MS);
  if (retryAfterMs !== undefined)
    return pause('server', Math.min(retryAfterMs, LONGEST_ASKED_MS) + random() * ASKED_JITTER_MS);
  if (isNetwork) {
    const ms = (NETWORK_MS + random() * NETWORK_JITTER_MS) * 2 ** Math.max(0, strangers - PASSING_STRANGERS);
    return pause('network', Math.min(LONGEST_MS, ms));
  }
  return pause('backoff', random() * Math.min(LONGEST_MS, SHORTEST_MS * 2 ** (failures - 1)));
}

/** Milliseconds that a delivery with this trigger still has to wait. If the clock was set back, every pause ends. */
export function waitMs(pause: Pause | undefined, trigger: Trigger, now: number): number {
  if (!pause || now < pause.since) return 0;
  if (pause.cause === 'denied') return trigger === 'start' ? 0 : LONGEST_MS;
  if (OWN_CAUSES.includes(pause.cause) && FRESH_START.includes(trigger)) return 0;
  return Math.max(0, pause.until - now);
}
