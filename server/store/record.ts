// Decides what sightings change in a session: clock offset, bounds, union, and what the owner sees. Pure, and the same
// for every database: a store loads what this needs, and saves what it returns.
import { boundSpan, SMALLEST_STEP_MS, windowOf, type BoundedSpan } from './bounds.ts';
import { findOffset, LONGEST_TRANSIT_MS, observeClock, type DeviceClock, type KnownClock } from './device-clock.ts';
import { placeSpans } from './place-spans.ts';
import type { Interval } from './reading-time.ts';
import type { EndKnownBy } from './session.ts';
import { MAX_SESSION_SPANS, MAX_STRETCHES, type Recorded, type Sighting } from './session-store.ts';
import { addSpan, isAfterAll, StretchList, type LoadedStretches } from './stretches.ts';

type ClaimedSpan = NonNullable<Sighting['span']>;

/** The part of a session that recording reads and changes. */
export interface SessionState {
  readonly startMs: number;
  readonly endMs: number | null;
  readonly readingMs: number;
  readonly currentPage: string | null;
  readonly offsetMs: number | null;
  readonly formerOffsetMs: number | null;
  readonly spanCount: number;
  readonly stretchCount: number;
  /** The last stretch; null before the first span. */
  readonly lastStartMs: number | null;
  readonly lastEndMs: number | null;
  /** The latest of the spans that end with the last stretch. */
  readonly lastSpanStartMs: number | null;
  readonly lastSpanId: string | null;
  readonly offlineMs: number;
  readonly endKnownBy: EndKnownBy | null;
  readonly nextBeatMs: number | null;
}

/** A stored span. Its flags stay set once they are. */
export interface KnownSpan extends Interval {
  readonly isClamped: boolean;
  readonly isClosed: boolean;
  readonly isReplayed: boolean;
}

/** A span to insert or, if it is known, to update: all but its start and page. */
export interface ChangedSpan extends BoundedSpan {
  readonly id: string;
  readonly page: string;
  readonly isClosed: boolean;
  readonly isReplayed: boolean;
  /** When a delivery that was replayed or late prolonged it; undefined: none has, and what is stored stays. */
  readonly receivedMs?: number | undefined;
  readonly isNew: boolean;
}

export interface SessionChange {
  /** In the order of the sightings. */
  readonly recorded: readonly Recorded[];
  /** Undefined: nothing changed. */
  readonly session: SessionState | undefined;
  /** True if the owner sees a difference, and not only the clock is known better. */
  readonly isVisible: boolean;
  readonly spans: readonly ChangedSpan[];
  /** The starts of stretches to delete, and the stretches to insert after that. */
  readonly removed: readonly number[];
  readonly added: readonly Interval[];
}

/** Stretches to load before the sightings can be recorded. Disjoint, and ordered by start. */
export interface MissingStretches {
  readonly missing: readonly Interval[];
}

/** What is known of a session besides its state. */
export interface Known {
  /** Those of the sightings' spans that are stored, by id. */
  readonly spans: ReadonlyMap<string, KnownSpan>;
  readonly stretches: LoadedStretches;
  /** True: spans that fit no known clock offset are placed beside the last stretch only, not among all of them. */
  readonly isCrowded?: boolean;
}

const EVER: Interval = { startMs: -Infinity, endMs: Infinity };

/**
 * Records the sightings of one session in order.
 * @returns what changed, or what must be loaded first.
 */
export function recordSession(
  session: SessionState,
  sightings: readonly Sighting[],
  known: Known,
): SessionChange | MissingStretches {
  const onItsClock = sightings.map((sighting) => onClockOf(session, sighting));
  const recording = new Recording(session, onItsClock, known);
  const recorded = onItsClock.map((sighting) => recording.record(sighting));
  const { missing } = recording.stretches;
  return missing.length > 0 ? { missing } : { recorded, ...recording.changes() };
}

/**
 * A session that has an end in the server's future began before the server's clock was set back, and goes on by the clock it had. The
 * correction is what the server saw, not what a device says.
 */
function onClockOf({ startMs, endMs }: SessionState, sighting: Sighting): Sighting {
  const { receivedMs, setBackMs, span } = sighting;
  if (setBackMs === undefined || receivedMs > (endMs ?? startMs) - SMALLEST_STEP_MS) return sighting;
  return {
    ...sighting,
    receivedMs: receivedMs + setBackMs,
    ...(span && { span: { ...span, offsetMs: span.offsetMs + setBackMs } }),
  };
}

class Recording {
  readonly #before: SessionState;
  readonly #sightings: readonly Sighting[];
  readonly #known: Known;
  readonly #changed = new Map<string, ChangedSpan>();
  readonly stretches: StretchList;
  #session: SessionState;
  #isVisible = false;
  /** The offsets of all spans, once one of them fits no known offset. */
  #placed: ReadonlyMap<Interval, number> | undefined;

  constructor(session: SessionState, sightings: readonly Sighting[], known: Known) {
    this.#before = session;
    this.#session = session;
    this.#sightings = sightings;
    this.#known = known;
    this.stretches = new StretchList(known.stretches, toLast(session)?.startMs ?? -Infinity);
  }

  changes(): Omit<SessionChange, 'recorded'> {
    return {
      session: this.#isVisible || this.#session !== this.#before ? this.#session : undefined,
      isVisible: this.#isVisible,
      spans: [...this.#changed.values()],
      ...this.stretches.changes(),
    };
  }

  record({ receivedMs, span, nextBeatMs }: Sighting): Recorded {
    if (nextBeatMs !== undefined && nextBeatMs !== this.#session.nextBeatMs)
      this.#session = { ...this.#session, nextBeatMs };
    if (!span) {
      this.#see(receivedMs);
      return 'stored';
    }
    const session = this.#session;
    const kept = this.#changed.get(span.id) ?? this.#known.spans.get(span.id);
    if (!kept && session.spanCount >= MAX_SESSION_SPANS) return 'too-many-spans';
    const window = windowOf(session.startMs, receivedMs);
    if (span.isByServer) {
      if (kept) return 'stored';
      return this.#put(span, kept, boundSpan(span, window, receivedMs), session, receivedMs)
        ? 'stored'
        : 'too-many-spans';
    }
    let clock = observeClock(session, span.offsetMs);
    let placed: BoundedSpan;
    if (kept) placed = grow(kept, span, clock, window, receivedMs);
    else {
      const offsetMs = this.#placed?.get(span) ?? findOffset(clock, span, window) ?? this.#place(span, clock, window);
      const bounded = boundSpan(shift(span, offsetMs), window, receivedMs);
      placed = { ...bounded, isClamped: bounded.isClamped || offsetMs !== clock.offsetMs };
      if (offsetMs !== clock.offsetMs) clock = { ...clock, formerOffsetMs: offsetMs };
    }
    if (!kept || placed.endMs > kept.endMs)
      return this.#put(span, kept, placed, clock, receivedMs) ? 'stored' : 'too-many-spans';
    // The span is as long as before, but this delivery may have been faster than all others.
    if (clock.offsetMs !== session.offsetMs) this.#session = { ...session, ...clock };
    if (span.isClosed && !kept.isClosed) this.#close(span, kept, placed);
    return 'stored';
  }

  /** The span is over, and ended where it is known to end. */
  #close({ id, page }: ClaimedSpan, kept: KnownSpan, { isLate }: BoundedSpan): void {
    const before = this.#changed.get(id) ?? { id, page, isLate, ...kept, isNew: false };
    this.#changed.set(id, { ...before, isClosed: true });
    const { lastSpanId, endMs: sessionEndMs } = this.#session;
    if (lastSpanId === id && sessionEndMs === kept.endMs) this.#session = { ...this.#session, endKnownBy: 'goodbye' };
    this.#isVisible = true;
  }

  /** The original contract: the session is active now. */
  #see(receivedMs: number): void {
    const { startMs, endMs } = this.#session;
    const seenMs = Math.max(startMs, receivedMs);
    if (seenMs <= (endMs ?? 0)) return;
    this.#session = { ...this.#session, endMs: seenMs, endKnownBy: 'beat' };
    this.#isVisible = true;
  }

  /** @returns false if the session would have too many stretches. */
  #put(
    span: ClaimedSpan,
    kept: KnownSpan | undefined,
    placed: BoundedSpan,
    clock: DeviceClock,
    receivedMs: number,
  ): boolean {
    const session = this.#session;
    const { id, page } = span;
    const { endMs } = placed;
    const startMs = kept ? kept.startMs : placed.startMs;
    const grown = { startMs: kept ? kept.endMs : startMs, endMs };
    const last = toLast(session);
    const touched = isAfterAll(grown, last) ? undefined : this.stretches.find(grown);
    const change = addSpan(grown, last, touched);
    if (change.put && !touched && session.stretchCount >= MAX_STRETCHES) return false;
    const removed = touched ? this.stretches.remove(touched) : 0;
    if (change.put) this.stretches.add(change.put);
    const before = this.#changed.get(id);
    const isClosed = span.isClosed === true || kept?.isClosed === true;
    const isReplayed = span.isReplayed === true || kept?.isReplayed === true;
    const isNew = before ? before.isNew : !kept;
    this.#changed.set(id, {
      id,
      page: before?.page ?? page,
      startMs,
      endMs,
      isLate: placed.isLate,
      isClamped: placed.isClamped,
      isClosed,
      isReplayed,
      receivedMs: span.isReplayed || placed.isLate ? receivedMs : before?.receivedMs,
      isNew,
    });
    const isLatest = isLater(session, { startMs, endMs, id });
    const isEnd = isLatest && endMs >= (session.endMs ?? 0);
    this.#session = {
      startMs: session.startMs,
      endMs: Math.max(session.endMs ?? 0, endMs),
      readingMs: session.readingMs + change.addedMs,
      currentPage: isLatest ? page : session.currentPage,
      offsetMs: clock.offsetMs,
      formerOffsetMs: clock.formerOffsetMs,
      spanCount: session.spanCount + (kept ? 0 : 1),
      stretchCount: session.stretchCount + (change.put ? 1 : 0) - removed,
      lastStartMs: change.last.startMs,
      lastEndMs: change.last.endMs,
      lastSpanStartMs: isLatest ? startMs : session.lastSpanStartMs,
      lastSpanId: isLatest ? id : session.lastSpanId,
      offlineMs: session.offlineMs + (span.isReplayed ? change.addedMs : 0),
      endKnownBy: isEnd ? howEndIsKnown(isClosed, placed.isClamped) : session.endKnownBy,
      nextBeatMs: session.nextBeatMs,
    };
    this.#isVisible = true;
    return true;
  }

  /** Places all spans that fit no known offset, together, beside the others. */
  #place(span: ClaimedSpan, clock: KnownClock, window: Interval): number {
    this.#placed = this.#placeAll(clock, window);
    return this.#placed.get(span) ?? clock.offsetMs;
  }

  #placeAll(clock: KnownClock, window: Interval): ReadonlyMap<Interval, number> {
    const lost: Interval[] = [];
    const found = new Map<Interval, number>();
    let itsClock = clock;
    for (const { span, receivedMs } of this.#sightings) {
      if (!span) continue;
      if (!span.isByServer) itsClock = observeClock(itsClock, span.offsetMs);
      const itsWindow = windowOf(this.#session.startMs, receivedMs);
      const offsetMs = span.isByServer ? 0 : findOffset(itsClock, span, itsWindow);
      if (offsetMs === undefined) lost.push(span);
      else found.set(span, offsetMs);
    }
    const taken = [...this.#findTaken(), ...[...found].map(([span, offsetMs]) => shift(span, offsetMs))];
    return new Map([...found, ...placeSpans(lost, clock.offsetMs, window, taken)]);
  }

  /** The session's recorded reading, or its last stretch if there is too much. */
  #findTaken(): readonly Interval[] {
    const last = toLast(this.#session);
    if (!last) return [];
    return this.#known.isCrowded ? [last] : [...this.stretches.list(EVER), last];
  }
}

function howEndIsKnown(isClosed: boolean, isClamped: boolean): EndKnownBy {
  if (isClamped) return 'bounded';
  return isClosed ? 'goodbye' : 'tick';
}

/** The last stretch of a session; undefined before its first span. */
function toLast({ lastStartMs, lastEndMs }: SessionState): Interval | undefined {
  return lastStartMs === null || lastEndMs === null ? undefined : { startMs: lastStartMs, endMs: lastEndMs };
}

/** A known span keeps its start. If its clock was set since, or its start is not exact, only its length is used. */
function grow(
  kept: KnownSpan,
  span: ClaimedSpan,
  { offsetMs, formerOffsetMs }: KnownClock,
  window: Interval,
  receivedMs: number,
): BoundedSpan {
  const { startMs, endMs } = shift(span, offsetMs);
  const isSameClock =
    !kept.isClamped && (formerOffsetMs === null || Math.abs(startMs - kept.startMs) <= LONGEST_TRANSIT_MS);
  const believed = isSameClock
    ? { startMs, endMs }
    : { startMs: kept.startMs, endMs: kept.startMs + (endMs - startMs) };
  const bounded = boundSpan(believed, window, receivedMs);
  return { ...bounded, startMs: kept.startMs, isClamped: bounded.isClamped || !isSameClock };
}

function shift({ startMs, endMs }: Interval, offsetMs: number): Interval {
  return { startMs: startMs + offsetMs, endMs: endMs + offsetMs };
}

/** True if the span ends after all others of its session. On equal ends, the later start wins, then the larger id. */
function isLater(session: SessionState, { startMs, endMs, id }: Interval & { readonly id: string }): boolean {
  const { lastEndMs, lastSpanStartMs, lastSpanId } = session;
  if (endMs !== lastEndMs) return endMs > (lastEndMs ?? 0);
  if (startMs !== lastSpanStartMs) return startMs > (lastSpanStartMs ?? 0);
  return id > (lastSpanId ?? '');
}
