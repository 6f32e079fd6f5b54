// Records sightings in order, within a transaction that the caller opens and commits. This is the hot path: prepared
// statements only.
import type { DatabaseSync } from 'node:sqlite';
import { findOffset, LONGEST_TRANSIT_MS, observeClock, type DeviceClock } from './device-clock.ts';
import { placeSpans } from './place-spans.ts';
import type { Interval } from './reading-time.ts';
import { boundSpan, windowOf, type BoundedSpan } from './bounds.ts';
import { MAX_SESSION_SPANS, MAX_STRETCHES, type Recorded, type Sighting } from './session-store.ts';
import { addSpan, isAfterAll, type Stretches } from './stretches.ts';

type ClaimedSpan = NonNullable<Sighting['span']>;

/** The columns of a session that recording needs. */
interface SessionRow {
  readonly startMs: number;
  readonly offsetMs: number | null;
  readonly formerOffsetMs: number | null;
  readonly spanCount: number;
  readonly lastStartMs: number | null;
  readonly lastEndMs: number | null;
  readonly lastSpanStartMs: number | null;
  readonly lastSpanId: string | null;
  readonly stretchCount: number;
}

/** The columns of a span that recording needs. `isClamped` is 0 or 1. */
interface KeptSpan extends Interval {
  readonly isClamped: number;
}

/** All columns are null if no stretch is touched. */
type TouchedRow = Stretches | { readonly startMs: null };

export class Batch {
  readonly #hot: ReturnType<typeof prepareHotPath>;
  readonly #sightings: readonly Sighting[];
  /** By session: the offsets of spans that fit no known offset. */
  readonly #placed = new Map<string, ReadonlyMap<Interval, number>>();
  #bySession: ReadonlyMap<string, readonly Sighting[]> | undefined;
  #stretchesLookedAt = 0;

  constructor(hot: ReturnType<typeof prepareHotPath>, sightings: readonly Sighting[]) {
    this.#hot = hot;
    this.#sightings = sightings;
  }

  recordOne({ session, receivedMs, span }: Sighting): Recorded {
    const hot = this.#hot;
    const row = hot.findSession.get(session) as unknown as SessionRow | undefined;
    if (!row) return 'unknown-session';
    if (!span) {
      hot.seeSession.run(Math.max(row.startMs, receivedMs), session);
      return 'stored';
    }
    const kept = hot.findSpan.get(session, span.id) as unknown as KeptSpan | undefined;
    if (!kept && row.spanCount >= MAX_SESSION_SPANS) return 'too-many-spans';
    const window = windowOf(row.startMs, receivedMs);
    let clock = observeClock(row, span.offsetMs);
    let placed: BoundedSpan;
    if (kept) placed = grow(kept, span, clock, window, receivedMs);
    else {
      const offsetMs = findOffset(clock, span, window) ?? this.#place(session, row, span, clock, window);
      const bounded = boundSpan(shift(span, offsetMs), window, receivedMs);
      placed = { ...bounded, isClamped: bounded.isClamped || offsetMs !== clock.offsetMs };
      if (offsetMs !== clock.offsetMs) clock = { ...clock, formerOffsetMs: offsetMs };
    }
    if (kept && placed.endMs <= kept.endMs) {
      // The span is unchanged, but this delivery may have been faster than all before.
      if (clock.offsetMs !== row.offsetMs) hot.learnClock.run(clock.offsetMs, clock.formerOffsetMs, session);
      return 'stored';
    }
    return this.#put(session, row, span, kept, placed, clock) ? 'stored' : 'too-many-spans';
  }

  #put(
    session: string,
    row: SessionRow,
    span: ClaimedSpan,
    kept: Interval | undefined,
    { startMs, endMs, isLate, isClamped }: BoundedSpan,
    clock: DeviceClock,
  ): boolean {
    const hot = this.#hot;
    const grown = { startMs: kept ? kept.endMs : startMs, endMs };
    const last = toLast(row);
    const touched = isAfterAll(grown, last)
      ? undefined
      : (hot.findTouched.get(session, grown.startMs, grown.endMs) as unknown as TouchedRow);
    const isTouching = touched !== undefined && touched.startMs !== null;
    const change = addSpan(grown, last, isTouching ? touched : undefined);
    if (change.put && !isTouching && row.stretchCount >= MAX_STRETCHES) return false;
    hot.putSpan.run(session, span.id, span.page, startMs, endMs, Number(isLate), Number(isClamped));
    const removed = isTouching ? Number(hot.removeStretches.run(session, touched.startMs, touched.endMs).changes) : 0;
    if (change.put) hot.putStretch.run(session, change.put.startMs, change.put.endMs);
    const isLatest = isLater(row, { startMs: kept ? kept.startMs : startMs, endMs, id: span.id });
    hot.growSession.run(
      endMs,
      change.addedMs,
      isLatest ? span.page : null,
      clock.offsetMs,
      clock.formerOffsetMs,
      kept ? 0 : 1,
      change.last.startMs,
      change.last.endMs,
      isLatest ? (kept ? kept.startMs : startMs) : row.lastSpanStartMs,
      isLatest ? span.id : row.lastSpanId,
      (change.put ? 1 : 0) - removed,
      session,
    );
    return true;
  }

  /** Places all spans of the session in this batch that fit no known offset, together and once. */
  #place(session: string, row: SessionRow, span: ClaimedSpan, clock: DeviceClock, window: Interval): number {
    const known = this.#placed.get(session)?.get(span);
    if (known !== undefined) return known;
    const lost: Interval[] = [];
    const taken = this.#findTaken(session, row);
    this.#bySession ??= Map.groupBy(this.#sightings, (one) => one.session);
    for (const { span: one } of this.#bySession.get(session) ?? []) {
      if (!one) continue;
      const offsetMs = findOffset(clock, one, window);
      if (offsetMs === undefined) lost.push(one);
      else taken.push(shift(one, offsetMs));
    }
    const placed = placeSpans(lost, clock.offsetMs ?? span.offsetMs, window, taken);
    this.#placed.set(session, placed);
    return placed.get(span) ?? span.offsetMs;
  }

  /** The session's recorded reading. Bounded per batch: beyond the limit, only the last stretch is considered. */
  #findTaken(session: string, row: SessionRow): Interval[] {
    const last = toLast(row);
    this.#stretchesLookedAt += row.stretchCount;
    if (!last || this.#stretchesLookedAt > MAX_STRETCHES) return last ? [last] : [];
    return [...(this.#hot.listStretches.all(session) as unknown as Interval[]), last];
  }
}

/** The last stretch of a session; undefined before its first span. */
function toLast({ lastStartMs, lastEndMs }: SessionRow): Interval | undefined {
  return lastStartMs === null || lastEndMs === null ? undefined : { startMs: lastStartMs, endMs: lastEndMs };
}

/** A known span keeps its start. If its clock was set since, or its start is not exact, only its length is used. */
function grow(
  kept: KeptSpan,
  span: ClaimedSpan,
  { offsetMs, formerOffsetMs }: DeviceClock,
  window: Interval,
  receivedMs: number,
): BoundedSpan {
  const { startMs, endMs } = shift(span, offsetMs ?? span.offsetMs);
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

/** True if the span ends after all others of its session. On equal ends, the later start wins. */
function isLater(row: SessionRow, span: Interval & { readonly id: string }): boolean {
  if (row.lastEndMs === null || span.endMs !== row.lastEndMs)
    return row.lastEndMs === null || span.endMs > row.lastEndMs;
  if (span.startMs !== row.lastSpanStartMs) return span.startMs > (row.lastSpanStartMs ?? 0);
  return span.id > (row.lastSpanId ?? '');
}

/** Times are in milliseconds. Each comment lists the parameters in order. */
export function prepareHotPath(connection: DatabaseSync) {
  return {
    /** session */
    findSession: connection.prepare(
      `SELECT start_ms AS startMs, clock_offset_ms AS offsetMs, former_offset_ms AS formerOffsetMs, span_count AS spanCount,
         last_start_ms AS lastStartMs, last_end_ms AS lastEndMs, last_span_start_ms AS lastSpanStartMs,
         last_span_id AS lastSpanId, stretch_count AS stretchCount
       FROM sessions WHERE id = ?`,
    ),
    /** session, span */
    findSpan: connection.prepare(
      'SELECT start_ms AS startMs, end_ms AS endMs, is_clamped AS isClamped FROM spans WHERE session_id = ? AND id = ?',
    ),
    /**
     * session, from, to. Stretches don't overlap, so of those that start before `from` only the last can reach it.
     * Aggregated in SQL because there can be thousands.
     */
    findTouched: connection.prepare(
      `SELECT min(start_ms) AS startMs, max(end_ms) AS endMs, sum(end_ms - start_ms) AS coveredMs FROM stretches
       WHERE session_id = ?1 AND start_ms <= ?3 AND end_ms >= ?2 AND start_ms >= coalesce(
         (SELECT max(start_ms) FROM stretches WHERE session_id = ?1 AND start_ms <= ?2), ?2)`,
    ),
    /** session */
    listStretches: connection.prepare(
      'SELECT start_ms AS startMs, end_ms AS endMs FROM stretches WHERE session_id = ?',
    ),
    /** session, first start, last end */
    removeStretches: connection.prepare('DELETE FROM stretches WHERE session_id = ? AND start_ms BETWEEN ? AND ?'),
    /** session, start, end */
    putStretch: connection.prepare('INSERT INTO stretches (session_id, start_ms, end_ms) VALUES (?, ?, ?)'),
    /** session, span, page, start, end, late, clamped. An existing span only grows. */
    putSpan: connection.prepare(
      `INSERT INTO spans (session_id, id, page, start_ms, end_ms, is_late, is_clamped) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (session_id, id) DO UPDATE SET
         end_ms = excluded.end_ms, is_late = excluded.is_late, is_clamped = max(is_clamped, excluded.is_clamped)
       WHERE excluded.end_ms > spans.end_ms`,
    ),
    /** end, session */
    seeSession: connection.prepare(
      'UPDATE sessions SET end_ms = max(coalesce(end_ms, 0), ?), revision = revision + 1 WHERE id = ?',
    ),
    /** clock offset, former offset, session. The owner never sees these, so the revision stays the same. */
    learnClock: connection.prepare('UPDATE sessions SET clock_offset_ms = ?, former_offset_ms = ? WHERE id = ?'),
    /**
     * end, added reading time, page or null to keep it, clock offset, former offset, new spans, last stretch's start
     * and end, latest span's start and id, new stretches, session. An end that arrives late never moves the session's
     * end back.
     */
    growSession: connection.prepare(
      `UPDATE sessions SET
         end_ms = max(coalesce(end_ms, 0), ?),
         reading_ms = reading_ms + ?,
         current_page = coalesce(?, current_page),
         clock_offset_ms = ?,
         former_offset_ms = ?,
         span_count = span_count + ?,
         last_start_ms = ?,
         last_end_ms = ?,
         last_span_start_ms = ?,
         last_span_id = ?,
         stretch_count = stretch_count + ?,
         revision = revision + 1
       WHERE id = ?`,
    ),
  };
}
