// What a session adds to the totals by reader, page and day. Pure.
import { cutAtSlots, slotOf } from './time-slots.ts';
import type { Interval } from './reading-time.ts';
import { knownReadingMs, type EndKnownBy } from './session.ts';
import { LEAST_VISIBLE_MS } from './session-state.ts';
import { VISIT_GAP_MS } from './visits.ts';

/** What one session adds to the totals, apart from its pages and times of day. */
export interface SessionPart {
  /** `opened`: hardly visible, as in session-state.ts. `excluded`: nothing. */
  readonly countedAs: 'read' | 'opened' | 'excluded';
  /** Null: not `read`, or by the original script, which doesn't measure it. */
  readonly readingMs: number | null;
  readonly visits: number;
  /** When it was last seen; 0: excluded. */
  readonly lastMs: number;
  /** The quarter of an hour in which it began (time-slots.ts). */
  readonly startSlot: number;
}

export interface PagePart {
  readonly readingMs: number;
  /** The latest end of its spans. */
  readonly lastMs: number;
}

export interface SlotPart {
  readonly readingMs: number;
  /** Visits that began in the slot. */
  readonly visits: number;
}

export interface Contribution {
  readonly session: SessionPart;
  /** By the id of the page; only pages that were read. */
  readonly pages: ReadonlyMap<string, PagePart>;
  /** All slots with reading, and those where a visit began. */
  readonly slots: ReadonlyMap<number, SlotPart>;
}

export interface CountedSession {
  readonly startMs: number;
  readonly endMs: number | null;
  readonly readingMs: number;
  readonly endKnownBy: EndKnownBy | null;
  readonly isExcluded: boolean;
}

/**
 * @param stretches the union of its spans: disjoint, ordered by start.
 * @param pages what was read of each page, by the id of the page.
 */
export function contributionOf(
  session: CountedSession,
  stretches: readonly Interval[],
  pages: ReadonlyMap<string, PagePart>,
): Contribution {
  const { startMs, endMs, isExcluded } = session;
  const lastMs = endMs ?? startMs;
  const startSlot = slotOf(startMs);
  if (isExcluded) return exclusionOf(startSlot);
  const readingMs = knownReadingMs(session);
  if ((readingMs ?? lastMs - startMs) < LEAST_VISIBLE_MS)
    return withoutReading({ countedAs: 'opened', lastMs, startSlot });
  const slots = slotsOf(startMs, stretches);
  const visits = [...slots.values()].reduce((sum, slot) => sum + slot.visits, 0);
  return {
    session: { countedAs: 'read', readingMs, visits, lastMs, startSlot },
    pages,
    slots,
  };
}

/** What an excluded session adds: nothing. */
export function exclusionOf(startSlot: number): Contribution {
  return withoutReading({ countedAs: 'excluded', lastMs: 0, startSlot });
}

function withoutReading(session: Omit<SessionPart, 'readingMs' | 'visits'>): Contribution {
  return { session: { ...session, readingMs: null, visits: 0 }, pages: new Map(), slots: new Map() };
}

/** The first visit begins when the reader passes the gate. */
function slotsOf(startMs: number, stretches: readonly Interval[]): ReadonlyMap<number, SlotPart> {
  const slots = new Map<number, SlotPart>();
  const add = (slot: number, readingMs: number, visits: number): void => {
    const before = slots.get(slot);
    slots.set(slot, { readingMs: (before?.readingMs ?? 0) + readingMs, visits: (before?.visits ?? 0) + visits });
  };
  add(slotOf(startMs), 0, 1);
  let seenMs = startMs;
  for (const stretch of stretches) {
    if (stretch.startMs > seenMs + VISIT_GAP_MS) add(slotOf(stretch.startMs), 0, 1);
    cutAtSlots(stretch, (slot, ms) => add(slot, ms, 0));
    seenMs = stretch.endMs;
  }
  return slots;
}
