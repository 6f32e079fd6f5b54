// Page events + clock → spans. Pure: no DOM, storage or clock of its own. Only this file decides what counts as
// reading.
//
// Invariants of its output:
// - A span only grows, and by the monotonic clock, never by the difference of two wall-clock times.
// - At most one span is open, in one session and on one page. The next one begins where it ended, or later, unless the
// device's clock was set back in between.
// - Nothing counts while the page is hidden, frozen or prerendering, or the reader is idle or the device asleep.
import type { Span } from '../sw/protocol/delivery.ts';
import type { Settings } from './options.ts';
import type { PageEvent } from './page-lifecycle.ts';

export type ReadingEvent = PageEvent | 'tick' | 'stopped';

/** One moment on both clocks, in milliseconds: `Date.now()` and `performance.now()`. */
export interface Instant {
  readonly wall: number;
  readonly monotonic: number;
}

/** The session and page for which reading would count now. */
export interface Place {
  /** Undefined: no span begins, and an open one continues. Empty: nothing counts any more. */
  readonly session: string | undefined;
  readonly page: string;
}

/** The state between two events. */
export interface Reading {
  readonly isShown: boolean;
  /** The last input, monotonic. */
  readonly activeAt: number;
  /** The last event or tick. */
  readonly seenAt: Instant;
  /** The end of the last span, on the device's clock. */
  readonly readUntil: number;
  /** The open span, and when it began, monotonic. */
  readonly open?: { readonly span: Span; readonly since: number } | undefined;
}

export interface Step {
  readonly reading: Reading;
  /** Spans that grew, ended or began, in this order. */
  readonly changed: readonly Span[];
  /** A span ended or began, which causes an immediate beat. */
  readonly isTurn: boolean;
  /** The span that a gap ended that looks like sleep. gap.ts checks for other causes. */
  readonly slept?: Span | undefined;
}

const GONE: readonly ReadingEvent[] = ['hidden', 'left', 'frozen', 'stopped'];
const ARRIVED: readonly ReadingEvent[] = ['shown', 'restored', 'loaded'];
const BY_READER: readonly ReadingEvent[] = ['shown', 'restored', 'active'];

/** A longer gap between ticks is sleep, not a delay: four ticks, at least 15 s. */
const SLEEP_TICKS = 4;
const SLEEP_LEAST_MS = 15_000;

/** If the wall clock differs more than this from the monotonic one, it was set. */
const CLOCK_SET_MS = 1_000;

/** The state before the first event. */
export function notReading(at: Instant): Reading {
  return { isShown: false, activeAt: at.monotonic, seenAt: at, readUntil: 0 };
}

/** Applies `event` at the instant `at` to the state. */
export function step(
  reading: Reading,
  event: ReadingEvent,
  at: Instant,
  place: Place,
  { tick, idleAfter }: Pick<Settings, 'tick' | 'idleAfter'>,
  newId: () => string,
): Step {
  const { seenAt } = reading;
  const idleMs = idleAfter || Infinity;
  const gap = at.monotonic - seenAt.monotonic;
  // In some engines, the monotonic clock stops while the device sleeps. The wall clock then shows how long nobody was
  // active. A clock set forward looks the same. In both cases, the gap on the monotonic clock is time awake.
  const ahead = Math.max(0, at.wall - seenAt.wall - gap);
  const longest = Math.max(SLEEP_TICKS * tick, SLEEP_LEAST_MS);
  const hasSlept = gap + ahead > longest;
  const lastActiveAt = hasSlept ? reading.activeAt - ahead : reading.activeAt;
  const awakeUntil = gap > longest ? seenAt.monotonic : at.monotonic;
  const idleAt = lastActiveAt + idleMs;

  const isShown = ARRIVED.includes(event) || (reading.isShown && !GONE.includes(event));
  const activeAt = BY_READER.includes(event) ? at.monotonic : lastActiveAt;
  const changed: Span[] = [];
  let { open, readUntil } = reading;
  let slept: Span | undefined;

  if (open) {
    const isOver =
      hasSlept ||
      !isShown ||
      idleAt <= at.monotonic ||
      open.span.page !== place.page ||
      open.span.session !== (place.session ?? open.span.session);
    // After a sleep, its end is only the last sign of it.
    const closed = isOver && !hasSlept;
    const span = grow(open, Math.min(awakeUntil, reading.activeAt + idleMs), hasSlept ? seenAt : at, closed);
    changed.push(span);
    if (hasSlept) slept = span;
    readUntil = span.end;
    open = isOver ? undefined : { ...open, span };
  }
  if (!open && isShown && place.session && at.monotonic - activeAt < idleMs) {
    // The two clocks are not read at the same instant, so a span that ended just now may end slightly after it.
    const start = readUntil - at.wall < CLOCK_SET_MS ? Math.max(readUntil, at.wall) : at.wall;
    const span = { id: newId(), session: place.session, page: place.page, start, end: start };
    open = { span, since: at.monotonic };
    changed.push(span);
  }
  const isTurn = open?.span.id !== reading.open?.span.id;
  return { reading: { isShown, activeAt, seenAt: at, readUntil, open }, changed, isTurn, slept };
}

/**
 * The span up to `until`, monotonic. It stays on the clock that it began on, and keeps its length, if the device's clock
 * is set back. If that is set forward, by too little to look like sleep, the whole span moves with it: the server takes
 * this for a faster network, and moves what it has.
 */
function grow({ span, since }: { span: Span; since: number }, until: number, at: Instant, closed: boolean): Span {
  const drift = at.wall - at.monotonic - (span.start - since);
  const start = drift > CLOCK_SET_MS ? Math.round(span.start + drift) : span.start;
  return { ...span, start, end: Math.round(start + Math.max(span.end - span.start, until - since)), closed };
}
