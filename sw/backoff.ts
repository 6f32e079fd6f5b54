// When a device may try again: pure decisions on a small persisted record, so that a killed worker doesn't forget them.
// It must not read a clock or a random source by itself.

/** What set a delivery off. */
export type Trigger = 'start' | 'beat' | 'visible' | 'left' | 'online' | 'sync';

/** Who asked for the pause: the device's own backoff, the server's `Retry-After`, or a 401 or 403. */
export type PauseCause = 'backoff' | 'server' | 'denied';

/** A pause between deliveries. Times are epoch milliseconds on the device's clock. */
export interface Pause {
  readonly cause: PauseCause;
  /** Failed deliveries in a row. */
  readonly failures: number;
  /** When the request that failed was sent. */
  readonly since: number;
  readonly until: number;
}

const SHORTEST_MS = 2_000;
const LONGEST_MS = 5 * 60_000;
const LONGEST_ASKED_MS = 60 * 60_000;
const ASKED_JITTER_MS = 5_000;

/** Signs that the network may be another one than before: they end the device's own backoff. */
const FRESH_START: readonly Trigger[] = ['start', 'visible', 'online', 'sync'];

/**
 * The pause after a failed delivery: exponential with full jitter (2 s … 5 min), or what the server asked for plus up to
 * 5 s, so that a crowd doesn't come back in one instant. A server can ask for an hour at most.
 */
export function pauseAfter(
  failure: { readonly type: string; readonly isDenied?: boolean; readonly retryAfterMs?: number | undefined },
  failures: number,
  now: number,
  random: () => number,
): Pause {
  const pause = { failures, since: now };
  if (failure.isDenied) return { ...pause, cause: 'denied', until: now + LONGEST_MS };
  if (failure.retryAfterMs !== undefined)
    return {
      ...pause,
      cause: 'server',
      until: now + Math.min(failure.retryAfterMs, LONGEST_ASKED_MS) + random() * ASKED_JITTER_MS,
    };
  const ceiling = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** (failures - 1));
  return { ...pause, cause: 'backoff', until: now + random() * ceiling };
}

/** Milliseconds that a delivery set off by `trigger` still has to wait. A clock that was set back ends every pause. */
export function waitMs(pause: Pause | undefined, trigger: Trigger, now: number): number {
  if (!pause || now < pause.since) return 0;
  if (pause.cause === 'denied') return trigger === 'start' ? 0 : LONGEST_MS;
  if (pause.cause === 'backoff' && FRESH_START.includes(trigger)) return 0;
  return Math.max(0, pause.until - now);
}
