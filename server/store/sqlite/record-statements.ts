// Loads what record.ts needs, and saves what it returns, with prepared statements: this is the hot path, and Kysely runs a
// statement at an eighth of their rate (docs/internals/store.md).
import type { DatabaseSync } from 'node:sqlite';
import { recordSession, type Known, type KnownSpan, type SessionChange, type SessionState } from '../record.ts';
import type { Interval } from '../reading-time.ts';
import { MAX_STRETCHES, type Recorded, type Sighting } from '../session-store.ts';
import { NO_STRETCHES } from '../stretches.ts';
import { inTransaction } from './transaction.ts';

/** A session and, if it is stored, its span of one id. */
interface LoadedRow extends SessionState {
  readonly spanStartMs: number | null;
  readonly spanEndMs: number | null;
  readonly isClamped: number | null;
  readonly isClosed: number | null;
  readonly isReplayed: number | null;
}

interface SpanRow {
  readonly startMs: number;
  readonly endMs: number;
  readonly isClamped: number;
  readonly isClosed: number;
  readonly isReplayed: number;
}

interface Loaded {
  readonly state: SessionState;
  readonly spans: ReadonlyMap<string, KnownSpan>;
}

export class SqliteRecorder {
  readonly #connection: DatabaseSync;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(connection: DatabaseSync) {
    this.#connection = connection;
    this.#statements = prepare(connection);
  }

  /** Records all sightings in one transaction. Results are in the same order. */
  record(sightings: readonly Sighting[]): readonly Recorded[] {
    return inTransaction(this.#connection, () => {
      const recorded: Recorded[] = sightings.map(() => 'unknown-session');
      let stretchesLoaded = 0;
      for (const [id, places] of groupBySession(sightings)) {
        const ofSession = places.flatMap((place) => sightings[place] ?? []);
        const loaded = this.#load(id, ofSession);
        if (!loaded) continue;
        const { change, known } = this.#decide(id, ofSession, loaded, stretchesLoaded > MAX_STRETCHES);
        stretchesLoaded += known.stretches.stretches.length;
        this.#save(id, change, ofSession.at(-1)?.receivedMs ?? 0);
        for (const [nth, what] of change.recorded.entries()) {
          const place = places[nth];
          if (place !== undefined) recorded[place] = what;
        }
      }
      return recorded;
    });
  }

  #load(id: string, sightings: readonly Sighting[]): Loaded | undefined {
    const spans = new Map<string, KnownSpan>();
    const [first, ...others] = new Set(sightings.flatMap(({ span }) => (span ? [span.id] : [])));
    const row = this.#statements.findSession.get(first ?? '', id) as unknown as LoadedRow | undefined;
    if (!row) return undefined;
    const { spanStartMs, spanEndMs, isClamped, isClosed, isReplayed, ...state } = row;
    if (first !== undefined && spanStartMs !== null && spanEndMs !== null)
      spans.set(first, {
        startMs: spanStartMs,
        endMs: spanEndMs,
        isClamped: isClamped === 1,
        isClosed: isClosed === 1,
        isReplayed: isReplayed === 1,
      });
    for (const other of others) {
      const span = this.#statements.findSpan.get(id, other) as unknown as SpanRow | undefined;
      if (span) spans.set(other, toKnownSpan(span));
    }
    return { state, spans };
  }

  #decide(
    id: string,
    sightings: readonly Sighting[],
    { state, spans }: Loaded,
    isCrowded: boolean,
  ): { readonly change: SessionChange; readonly known: Known } {
    let known: Known = { spans, stretches: NO_STRETCHES, isCrowded };
    for (;;) {
      const change = recordSession(state, sightings, known);
      if (!('missing' in change)) return { change, known };
      const ranges = change.missing;
      known = { spans, stretches: { ranges, stretches: this.#listTouched(id, ranges) }, isCrowded };
    }
  }

  /** @param ranges ordered by start. */
  #listTouched(id: string, ranges: readonly Interval[]): readonly Interval[] {
    const byStart = new Map<number, Interval>();
    for (const { startMs, endMs } of ranges)
      for (const stretch of this.#statements.listTouched.all(id, startMs, endMs) as unknown as Interval[])
        byStart.set(stretch.startMs, stretch);
    return [...byStart.values()];
  }

  #save(id: string, { session, isVisible, spans, removed, added }: SessionChange, receivedMs: number): void {
    const { insertSpan, growSpan, removeStretch, addStretch, saveSession, addToOutbox } = this.#statements;
    for (const { id: span, page, startMs, endMs, isNew, ...its } of spans) {
      const flags = [its.isLate, its.isClamped, its.isClosed, its.isReplayed].map(Number);
      if (isNew) insertSpan.run(id, span, page, startMs, endMs, ...flags);
      else growSpan.run(endMs, ...flags, id, span);
    }
    for (const startMs of removed) removeStretch.run(id, startMs);
    for (const { startMs, endMs } of added) addStretch.run(id, startMs, endMs);
    if (!session) return;
    saveSession.run(
      session.endMs,
      session.readingMs,
      session.currentPage,
      session.offsetMs,
      session.formerOffsetMs,
      session.spanCount,
      session.stretchCount,
      session.lastStartMs,
      session.lastEndMs,
      session.lastSpanStartMs,
      session.lastSpanId,
      session.offlineMs,
      session.endKnownBy,
      session.nextBeatMs,
      Number(isVisible),
      id,
    );
    if (isVisible) addToOutbox.run(id, receivedMs);
  }
}

function toKnownSpan({ startMs, endMs, isClamped, isClosed, isReplayed }: SpanRow): KnownSpan {
  return { startMs, endMs, isClamped: isClamped === 1, isClosed: isClosed === 1, isReplayed: isReplayed === 1 };
}

/** The places of each session's sightings. */
function groupBySession(sightings: readonly Sighting[]): ReadonlyMap<string, readonly number[]> {
  const places = new Map<string, number[]>();
  for (const [place, { session }] of sightings.entries()) {
    const known = places.get(session);
    if (known) known.push(place);
    else places.set(session, [place]);
  }
  return places;
}

/** Times are in milliseconds. Each comment lists the parameters in order. */
function prepare(connection: DatabaseSync) {
  return {
    /** span, session */
    findSession: connection.prepare(
      `SELECT sessions.start_ms AS startMs, sessions.end_ms AS endMs, reading_ms AS readingMs, current_page AS currentPage,
         clock_offset_ms AS offsetMs, former_offset_ms AS formerOffsetMs, span_count AS spanCount,
         stretch_count AS stretchCount, last_start_ms AS lastStartMs, last_end_ms AS lastEndMs,
         last_span_start_ms AS lastSpanStartMs, last_span_id AS lastSpanId, offline_ms AS offlineMs,
         end_known_by AS endKnownBy, next_beat_ms AS nextBeatMs,
         spans.start_ms AS spanStartMs, spans.end_ms AS spanEndMs, is_clamped AS isClamped, is_closed AS isClosed,
         is_replayed AS isReplayed
       FROM sessions LEFT JOIN spans ON spans.session_id = sessions.id AND spans.id = ? WHERE sessions.id = ?`,
    ),
    /** session, span */
    findSpan: connection.prepare(
      `SELECT start_ms AS startMs, end_ms AS endMs, is_clamped AS isClamped, is_closed AS isClosed,
         is_replayed AS isReplayed
       FROM spans WHERE session_id = ? AND id = ?`,
    ),
    /** session, from, to. Stretches don't overlap, so of those that start before `from` only the last can reach it. */
    listTouched: connection.prepare(
      `SELECT start_ms AS startMs, end_ms AS endMs FROM stretches
       WHERE session_id = ?1 AND start_ms <= ?3 AND end_ms >= ?2 AND start_ms >= coalesce(
         (SELECT max(start_ms) FROM stretches WHERE session_id = ?1 AND start_ms <= ?2), ?2)
       ORDER BY start_ms`,
    ),
    /** session, span, page, start, end, late, clamped, closed, replayed */
    insertSpan: connection.prepare(
      `INSERT INTO spans (session_id, id, page, start_ms, end_ms, is_late, is_clamped, is_closed, is_replayed)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    /** end, late, clamped, closed, replayed, session, span */
    growSpan: connection.prepare(
      `UPDATE spans SET end_ms = ?, is_late = ?, is_clamped = ?, is_closed = ?, is_replayed = ?
       WHERE session_id = ? AND id = ?`,
    ),
    /** session, start */
    removeStretch: connection.prepare('DELETE FROM stretches WHERE session_id = ? AND start_ms = ?'),
    /** session, start, end */
    addStretch: connection.prepare('INSERT INTO stretches (session_id, start_ms, end_ms) VALUES (?, ?, ?)'),
    /**
     * end, reading time, page, clock offset, former offset, spans, stretches, last stretch's start and end, latest span's
     * start and id, offline time, how the end is known, next beat, 1 if the owner sees a change, session
     */
    saveSession: connection.prepare(
      `UPDATE sessions SET end_ms = ?, reading_ms = ?, current_page = ?, clock_offset_ms = ?, former_offset_ms = ?,
         span_count = ?, stretch_count = ?, last_start_ms = ?, last_end_ms = ?, last_span_start_ms = ?, last_span_id = ?,
         offline_ms = ?, end_known_by = ?, next_beat_ms = ?, revision = revision + ?
       WHERE id = ?`,
    ),
    /** session, due time. Reads the consumers each time: another process may have added one. */
    addToOutbox: connection.prepare(
      `INSERT INTO outbox (consumer, session_id, due_ms, kind) SELECT name, ?, ?, 'changed' FROM consumers WHERE true
       ON CONFLICT DO NOTHING`,
    ),
  };
}
