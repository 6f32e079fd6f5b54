// Page life + clock → spans. Pure: no DOM, no storage, no clock of its own. Here alone it is decided what counts as reading.
//
// Always true of what it gives out:
// - a span only ever grows, and by the monotonic clock, never by the difference of two wall-clock readings;
// - at most one span is open, in one session and on one page; the next one begins where it ended, or later, unless the
//   device's clock was set back in between;
// - nothing is counted that is hidden, frozen, prerendering, idle or asleep.
import type { Span } from '../sw/protocol/delivery.ts';
import type { Settings } from './options.ts';
import type { PageEvent } from './page-lifecycle.ts';

export type ReadingEvent = PageEvent | 'tick' | 'stopped';

/** One moment on both clocks, in milliseconds: `Date.now()` and `performance.now()`. */
export interface Instant {
  readonly wall: number;
  readonly monotonic: number;
}

/** Where the reading would be counted now. */
export interface Place {
  /** Undefined: nothing begins, and what is open goes on. Empty: nothing is counted any more. */
  readonly session: string | undefined;
  readonly page: string;
}

/** What is known between two events. */
export interface Reading {
  readonly isShown: boolean;
  /** The last input, monotonic. */
  readonly activeAt: number;
  /** The last event or tick. */
  readonly seenAt: Instant;
  /** Where the last span ended, or has come to, on the clock of the device. */
  readonly readUntil: number;
  /** The open span, and when it began, monotonic. */
  readonly open?: { readonly span: Span; readonly since: number } | undefined;
}

export interface Step {
  readonly reading: Reading;
  /** Spans that grew, ended or began, in this order. */
  readonly changed: readonly Span[];
  /** A span ended or began: worth a beat at once. */
  readonly isTurn: boolean;
  /** There was a gap, taken for sleep. What else it may have been is in gap.ts. */
  readonly hasSlept: boolean;
}

const GONE: readonly ReadingEvent[] = ['hidden', 'left', 'frozen', 'stopped'];
const ARRIVED: readonly ReadingEvent[] = ['shown', 'restored', 'loaded'];
const BY_READER: readonly ReadingEvent[] = ['shown', 'restored', 'active'];

/** A gap between ticks that is no delay any more but sleep: four ticks, at least 15 s. */
const SLEEP_TICKS = 4;
const SLEEP_LEAST_MS = 15_000;

/** The wall clock may run this far from the monotonic one before it counts as having been set. */
const CLOCK_SET_MS = 1_000;

/** Before the first event. */
export function notReading(at: Instant): Reading {
  return { isShown: false, activeAt: at.monotonic, seenAt: at, readUntil: 0 };
}

/** What `event` at the instant `at` does to the reading. */
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
  // A sleeping device stops the monotonic clock in some engines; the wall clock then tells how long nobody moved. A clock that is
  // set forward looks the same. Either way the gap on the monotonic clock is time awake.
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
  let isTurn = false;

  if (open) {
    const span = grow(open, Math.min(awakeUntil, reading.activeAt + idleMs), hasSlept ? seenAt : at);
    changed.push(span);
    readUntil = span.end;
    const isOver =
      hasSlept ||
      !isShown ||
      idleAt <= at.monotonic ||
      span.page !== place.page ||
      (place.session !== undefined && span.session !== place.session);
    open = isOver ? undefined : { ...open, span };
    isTurn = isOver;
  }
  if (!open && isShown && place.session && at.monotonic - activeAt < idleMs) {
    // The two clocks are not read in one instant: a span that ended just now may end a little after it.
    const start = readUntil - at.wall < CLOCK_SET_MS ? Math.max(readUntil, at.wall) : at.wall;
    const span = { id: newId(), session: place.session, page: place.page, start, end: start };
    open = { span, since: at.monotonic };
    changed.push(span);
    isTurn = true;
  }
  return { reading: { isShown, activeAt, seenAt: at, readUntil, open }, changed, isTurn, hasSlept };
}

/** The span up to `until`, monotonic. Where the device's clock was set in between, the whole span moves with it, its length kept. */
function grow({ span, since }: { span: Span; since: number }, until: number, at: Instant): Span {
  const drift = at.wall - at.monotonic - (span.start - since);
  const start = Math.abs(drift) > CLOCK_SET_MS ? Math.round(span.start + drift) : span.start;
  return { ...span, start, end: Math.round(start + Math.max(span.end - span.start, until - since)) };
}
