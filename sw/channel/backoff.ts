// When a device may try again: pure decisions on a small persisted record, so that a killed worker doesn't forget them.
// It must not read a clock or a random source by itself.

/** What set a delivery off. */
export type Trigger = 'start' | 'beat' | 'retry' | 'visible' | 'left' | 'online' | 'sync';

/**
 * Who asked for the pause: `network`: no server of ours was reached, though the browser is online; `backoff`: any other
 * trouble; `server`: its `Retry-After`; `denied`: a 401 or 403; `simulated`: a person at the inspector.
 */
export type PauseCause = 'network' | 'backoff' | 'server' | 'denied' | 'simulated';

/** What is known of a delivery that failed. */
export interface Failure {
  /** No server of ours was reached: no connection, or a captive portal. */
  readonly isNetworkError?: boolean;
  /** Somebody answered. */
  readonly isAnswer?: boolean;
  readonly isDenied?: boolean;
  readonly retryAfterMs?: number | undefined;
}

/** A pause between deliveries. Times are epoch milliseconds on the device's clock. */
export interface Pause {
  readonly cause: PauseCause;
  /** Failed deliveries in a row. */
  readonly failures: number;
  /** Those of them, the last ones in a row, that somebody else answered: a captive portal, or a login before the site. */
  readonly strangers?: number;
  /** When the request that failed was sent. */
  readonly since: number;
  readonly until: number;
}

/** With what timers and messages take, a page that can be seen asks again within 2 s. */
const NETWORK_MS = 1_000;
const NETWORK_JITTER_MS = 800;
/** So many answers in a row are a captive portal that a train passes; more are a login that stays. */
export const PASSING_STRANGERS = 5;
const SHORTEST_MS = 2_000;
const LONGEST_MS = 5 * 60_000;
const LONGEST_ASKED_MS = 60 * 60_000;
const ASKED_JITTER_MS = 5_000;

/** Pauses that nobody asked for. */
const OWN_CAUSES: readonly PauseCause[] = ['network', 'backoff'];

/** Signs that the network may be another one than before: they end the device's own pauses. */
const FRESH_START: readonly Trigger[] = ['start', 'visible', 'online', 'sync'];

/**
 * The pause after a failed delivery. Where no server was reached: a second or two, for nobody is there to be spared, and only
 * pages that can be seen ask again; it doubles, up to 5 min, while somebody else goes on to answer. Where the browser knows that it is offline, and where a server is in trouble: exponential
 * with full jitter (2 s … 5 min). Or what the server asked for, an hour at most, plus up to 5 s, so that a crowd doesn't come
 * back in one instant.
 * @param before the pause that the failure before this one left, if nothing has worked since.
 */
export function pauseAfter(
  { isNetworkError, isAnswer, isDenied, retryAfterMs }: Failure,
  before: Pause | undefined,
  now: number,
  random: () => number,
  isOnline: boolean,
): Pause {
  const isNetwork = isNetworkError && isOnline;
  // A server that comes to be reached is not to blame for the tunnel before: its trouble counts from here.
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

/** Milliseconds that a delivery set off by `trigger` still has to wait. A clock that was set back ends every pause. */
export function waitMs(pause: Pause | undefined, trigger: Trigger, now: number): number {
  if (!pause || now < pause.since) return 0;
  if (pause.cause === 'denied') return trigger === 'start' ? 0 : LONGEST_MS;
  if (OWN_CAUSES.includes(pause.cause) && FRESH_START.includes(trigger)) return 0;
  return Math.max(0, pause.until - now);
}
