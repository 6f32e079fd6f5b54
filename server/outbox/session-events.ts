// The events of a session: what a consumer that tells events has to tell, given what it told before. Pure.
//
// - Each visit starts once and ends once. It has ended when half an hour has passed without reading: until then, a reader who comes
//   back goes on with the same visit.
// - What changes a visit that was told as ended is told as an amendment, once the visit is over again.
// - Visits are numbered in the order in which the consumer learned of them, and keep their numbers. Spans that arrive late can
//   join visits: the lowest number stays, and the event says which others it replaces.
import { PageTimes, type PageTime } from '../store/page-times.ts';
import { unionMs } from '../store/reading-time.ts';
import { activeUntil, LEAST_VISIBLE_MS, stateOf, type State } from '../store/session-state.ts';
import type { StoredSpan } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import { seenOfVisit, VISIT_GAP_MS, visitsOf, type Visit } from '../store/visits.ts';

/** A visit as it is told. Contains neither the session's id nor the reader's address. */
export interface ToldVisit {
  /** From 1 on, in the session. */
  readonly number: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Null where only beats of the original contract show that it went on. */
  readonly readingMs: number | null;
}

export interface SessionEvent {
  /** The same event always has the same id, and what it says never changes. Of `A-Za-z0-9_`. */
  readonly id: string;
  readonly kind: 'session.started' | 'session.ended' | 'session.amended';
  /** When it became true: the visit began, or was over; an amendment, when it was decided. Epoch milliseconds. */
  readonly atMs: number;
  readonly visit: ToldVisit;
  /** The part of the visit's reading that was delivered later, from the device's queue. */
  readonly offlineMs: number;
  /** True for the first end of a visit that says that it was read, and not only opened. */
  readonly isFirstReading: boolean;
  readonly state: State;
  /** The visit's pages, those that were read longest first, {@link MOST_PAGES} at most. */
  readonly pages: readonly PageTime[];
  /** The numbers of visits that are now part of this one. */
  readonly replaces: readonly number[];
}

/** What a consumer was told of a session's visits. */
export interface ToldState {
  /** The largest number that was given to a visit. */
  readonly lastNumber: number;
  readonly visits: readonly KnownVisit[];
}

interface KnownVisit extends ToldVisit {
  readonly spanCount: number;
  /** The sum of its spans' lengths: it grows whenever a span does, also if another one lies over it. */
  readonly spanMs: number;
  readonly hasEnded: boolean;
}

export interface Decided {
  /** In the order in which they are to be told. */
  readonly events: readonly SessionEvent[];
  /** What the consumer has been told after these events. */
  readonly told: ToldState;
  /**
   * When to look again; undefined: at the next change. A change before then can wait for it: either it makes the only visit
   * longer, or it waits a minute at most.
   */
  readonly dueMs: number | undefined;
}

export const NOTHING_TOLD: ToldState = { lastNumber: 0, visits: [] };

/** Pages of an event. A visit can have any number. */
export const MOST_PAGES = 100;
/** What nobody could be told for so long isn't news any more. Mail servers give up after five days (RFC 5321, 4.5.4.1). */
const STALE_MS = 7 * 24 * 60 * 60_000;
/** While one visit goes on, others can be amended or begin. That is noticed after so long. */
const LOOK_AGAIN_MS = 60_000;

/**
 * @param revision the session's.
 * @param spans all spans of the session, of this revision or a later one, ordered by start.
 * @param now epoch milliseconds.
 */
export function decideEvents(
  session: Session,
  revision: number,
  spans: readonly StoredSpan[],
  told: ToldState,
  now: number,
): Decided {
  const events: SessionEvent[] = [];
  const known: KnownVisit[] = [];
  let { lastNumber } = told;
  let dueMs = Infinity;
  const visits = visitsOf(session, spans);
  for (const { visit, was } of assign(told.visits, visits)) {
    const tell = (
      kind: SessionEvent['kind'],
      atMs: number,
      { number, startMs, endMs, readingMs }: ToldVisit,
      replaces: readonly number[] = [],
    ): void => {
      const isRead = kind !== 'session.started' && wasRead({ startMs, endMs, readingMs });
      events.push({
        id: `${session.ref}_${kind.replace('session.', '')}_${number}_${revision}`,
        kind,
        atMs,
        visit: { number, startMs, endMs, readingMs },
        offlineMs: offlineMsOf(visit, session, visits.length),
        isFirstReading: isRead && !was.some((one) => one.hasEnded && wasRead(one)),
        state: stateOf(seenOfVisit(visit, session.nextBeatMs), now),
        pages: listPages(visit.spans),
        replaces,
      });
    };
    const number = was.length > 0 ? Math.min(...was.map((one) => one.number)) : ++lastNumber;
    const current = describe(visit, number);
    if (was.length === 0) tell('session.started', visit.startMs, current);
    const overMs = overAt(visit, session.nextBeatMs);
    if (now < overMs) {
      known.push(...(was.length > 0 ? was : [{ ...current, hasEnded: false }]));
      // No other visit can have begun before the gap is long enough.
      const gapMs = visit.endMs + VISIT_GAP_MS + 1;
      const isOnly = visits.length === 1 && now < gapMs;
      dueMs = Math.min(dueMs, overMs, isOnly ? gapMs : now + LOOK_AGAIN_MS);
      continue;
    }
    const replaces = was.map((one) => one.number).filter((one) => one !== number);
    if (!was.some(({ hasEnded }) => hasEnded)) tell('session.ended', overMs, current, replaces);
    else if (was.some((one) => isDifferent(one, current))) tell('session.amended', now, current, replaces);
    known.push({ ...current, hasEnded: true });
  }
  return { events, told: { lastNumber, visits: known }, dueMs: dueMs === Infinity ? undefined : dueMs };
}

/** @param now epoch milliseconds. */
export function isStale({ atMs }: SessionEvent, now: number): boolean {
  return now - atMs > STALE_MS;
}

function wasRead({ startMs, endMs, readingMs }: Pick<ToldVisit, 'startMs' | 'endMs' | 'readingMs'>): boolean {
  return (readingMs ?? endMs - startMs) >= LEAST_VISIBLE_MS;
}

/**
 * Of several visits it is at most that much: a span counts as a whole, though only the end of it may have been delivered later.
 */
function offlineMsOf({ spans }: Visit, { offlineMs }: Session, visits: number): number {
  if (visits === 1) return offlineMs;
  const online = spans.filter(({ isReplayed }) => !isReplayed);
  return Math.min(offlineMs, unionMs(spans) - unionMs(online));
}

/**
 * Pairs each visit with the told visits that are now part of it. A told visit is part of the last visit that begins no later. There is
 * always one, because no visit begins later than it did before.
 */
function assign(
  told: readonly KnownVisit[],
  visits: readonly Visit[],
): readonly { readonly visit: Visit; readonly was: readonly KnownVisit[] }[] {
  const assigned = visits.map((visit) => ({ visit, was: new Array<KnownVisit>() }));
  for (const one of told) assigned.findLast(({ visit }) => visit.startMs <= one.startMs)?.was.push(one);
  return assigned;
}

/** The first moment at which nothing can go on with the visit but what arrives late. */
function overAt(visit: Visit, nextBeatMs: number | null): number {
  return Math.max(visit.endMs + VISIT_GAP_MS, activeUntil(seenOfVisit(visit, nextBeatMs))) + 1;
}

function describe({ startMs, endMs, readingMs, spans }: Visit, number: number): Omit<KnownVisit, 'hasEnded'> {
  const spanMs = spans.reduce((sum, span) => sum + span.endMs - span.startMs, 0);
  return { number, startMs, endMs, readingMs, spanCount: spans.length, spanMs };
}

function isDifferent(one: KnownVisit, other: Omit<KnownVisit, 'hasEnded'>): boolean {
  return (['startMs', 'endMs', 'readingMs', 'spanCount', 'spanMs'] as const).some((name) => one[name] !== other[name]);
}

function listPages(spans: readonly StoredSpan[]): readonly PageTime[] {
  const times = new PageTimes();
  for (const span of spans) times.add(span);
  return times
    .list()
    .toSorted((one, other) => other.readingMs - one.readingMs)
    .slice(0, MOST_PAGES);
}
