// What a session's reader is doing: reading, away, or gone. Time alone changes this, so it isn't stored. Pure.
import type { Session } from './session.ts';

/**
 * `reading`: a span is open, and its device is not overdue. `away`: otherwise, for a while. `ended`: after that. `opened`:
 * ended, and hardly visible at all. That was a link scanner, or a person who left at once.
 */
export type State = 'reading' | 'away' | 'ended' | 'opened';

/** A session, or one of its visits, as it was last seen. Times are epoch milliseconds on the server's clock. */
export interface Seen {
  /** When it was last seen. */
  readonly lastMs: number;
  /** The latest end of its open spans; null: none is open. */
  readonly openMs: number | null;
  /** How long it was visible. */
  readonly visibleMs: number;
  /** How long after its last delivery the device meant to send the next one; null if it didn't say. */
  readonly nextBeatMs: number | null;
}

/** How late a beat may be. */
export const GRACE_MS = 60_000;
/** The longest pause between two beats, where the device didn't say how long it is. */
export const LONGEST_PAUSE_MS = 12 * 60_000;
/** How long a session that isn't read is `away`. */
export const AWAY_MS = 5 * 60_000;
/** A session that was visible for less was only opened. */
export const LEAST_VISIBLE_MS = 5_000;

/** @param now epoch milliseconds. */
export function stateOf(seen: Seen, now: number): State {
  if (now <= readingUntil(seen)) return 'reading';
  if (now <= seen.lastMs + AWAY_MS) return 'away';
  return seen.visibleMs < LEAST_VISIBLE_MS ? 'opened' : 'ended';
}

/** The last moment at which it has not ended, unless it is seen again. */
export function activeUntil(seen: Seen): number {
  return Math.max(readingUntil(seen), seen.lastMs + AWAY_MS);
}

function readingUntil({ openMs, nextBeatMs }: Seen): number {
  return openMs === null ? -Infinity : openMs + (nextBeatMs ?? LONGEST_PAUSE_MS) + GRACE_MS;
}

/** What the session's row alone shows, for lists: of several tabs, the one that was seen last. */
export function seenOf({ startMs, endMs, readingMs, endKnownBy, nextBeatMs }: Session): Seen {
  const lastMs = endMs ?? startMs;
  return {
    lastMs,
    openMs: endKnownBy === null || endKnownBy === 'goodbye' ? null : lastMs,
    // Beats of the original contract have no reading time.
    visibleMs: readingMs === 0 && endKnownBy === 'beat' ? lastMs - startMs : readingMs,
    nextBeatMs,
  };
}
