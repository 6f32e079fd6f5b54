// The statements that load and save a session while it is recorded. Prepared: this is the hot path, and Kysely runs a
// statement at an eighth of their rate (docs/internals/store.md).
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EndKnownBy } from '../session.ts';

/** The columns of a session and, if it is stored, of its span of one id; in the order of `findSession`. */
export type LoadedRow = readonly [
  startMs: number,
  endMs: number | null,
  readingMs: number,
  currentPage: string | null,
  offsetMs: number | null,
  formerOffsetMs: number | null,
  spanCount: number,
  stretchCount: number,
  lastStartMs: number | null,
  lastEndMs: number | null,
  lastSpanStartMs: number | null,
  lastSpanId: string | null,
  offlineMs: number,
  endKnownBy: EndKnownBy | null,
  nextBeatMs: number | null,
  spanStartMs: number | null,
  spanEndMs: number | null,
  isClamped: number | null,
  isClosed: number | null,
  isReplayed: number | null,
];

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
    /** span, session: none where nothing is measured. Rows are {@link LoadedRow}s: objects of so many columns take three times as long. */
    findSession: returningArrays(
      connection.prepare(
        `SELECT sessions.start_ms, sessions.end_ms, reading_ms, current_page, clock_offset_ms, former_offset_ms, span_count,
           stretch_count, last_start_ms, last_end_ms, last_span_start_ms, last_span_id, offline_ms, end_known_by,
           next_beat_ms, spans.start_ms, spans.end_ms, is_clamped, is_closed, is_replayed
         FROM sessions LEFT JOIN spans ON spans.session_id = sessions.id AND spans.id = ?
         WHERE sessions.id = ? AND is_measured = 1`,
      ),
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
    /** session, span, page, start, end, late, clamped, closed, replayed, when it was received */
    insertSpan: connection.prepare(
      `INSERT INTO spans (session_id, id, page, start_ms, end_ms, is_late, is_clamped, is_closed, is_replayed, received_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    /** end, late, clamped, closed, replayed, session, span */
    growSpan: connection.prepare(
      `UPDATE spans SET end_ms = ?, is_late = ?, is_clamped = ?, is_closed = ?, is_replayed = ?
       WHERE session_id = ? AND id = ?`,
    ),
    /** when it was received, session, span. A statement of its own: most beats have nothing to write there. */
    noteReceipt: connection.prepare('UPDATE spans SET received_ms = ? WHERE session_id = ? AND id = ?'),
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
    /** Read for each transaction: another process may have added one. */
    listConsumers: connection.prepare('SELECT name FROM consumers'),
    /** consumer, session, due time */
    addToOutbox: connection.prepare(
      "INSERT INTO outbox (consumer, session_id, due_ms, kind) VALUES (?, ?, ?, 'changed') ON CONFLICT DO NOTHING",
    ),
  };
}

function returningArrays(statement: StatementSync): StatementSync {
  statement.setReturnArrays(true);
  return statement;
}
