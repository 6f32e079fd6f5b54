// The statements that load and save a session while it is recorded. Prepared: this is the hot path, and Kysely runs a
// statement at an eighth of their rate (docs/internals/store.md).
import type { DatabaseSync } from 'node:sqlite';
import type { SessionState } from '../record.ts';

/** A session and, if it is stored, its span of one id. */
export interface LoadedRow extends SessionState {
  readonly spanStartMs: number | null;
  readonly spanEndMs: number | null;
  readonly isClamped: number | null;
  readonly isClosed: number | null;
  readonly isReplayed: number | null;
}

export interface SpanRow {
  readonly startMs: number;
  readonly endMs: number;
  readonly isClamped: number;
  readonly isClosed: number;
  readonly isReplayed: number;
}

/** Times are in milliseconds. Each comment lists the parameters in order. */
export function prepareRecording(connection: DatabaseSync) {
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
