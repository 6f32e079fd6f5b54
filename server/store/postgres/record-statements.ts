// The statements that load and save the sessions of a batch while it is recorded: each has all sessions at once, as arrays, so its
// text is always the same. Each comment lists the parameters in order.

/** What {@link SAVE_SESSIONS} sets, with its type, in the order of its parameters after the id. */
const STATE = {
  endMs: 'end_ms bigint',
  readingMs: 'reading_ms bigint',
  currentPage: 'current_page text',
  offsetMs: 'clock_offset_ms bigint',
  formerOffsetMs: 'former_offset_ms bigint',
  spanCount: 'span_count bigint',
  stretchCount: 'stretch_count bigint',
  lastStartMs: 'last_start_ms bigint',
  lastEndMs: 'last_end_ms bigint',
  lastSpanStartMs: 'last_span_start_ms bigint',
  lastSpanId: 'last_span_id text',
  offlineMs: 'offline_ms bigint',
  endKnownBy: 'end_known_by text',
  nextBeatMs: 'next_beat_ms bigint',
} as const;
const COLUMNS = Object.entries(STATE).map(([name, column]) => ({ name, column: column.split(' ')[0] ?? '' }));
const NAMES = COLUMNS.map(({ column }) => column).join(', ');

/** The fields of a session's state, in the order of the parameters of {@link SAVE_SESSIONS}. */
export const SAVED = Object.keys(STATE) as readonly (keyof typeof STATE)[];

/**
 * sessions: none where nothing is measured. Locked in the order of their ids, so that two batches never wait for each other in a
 * circle, and not against those who only need that a session stays (`KEY SHARE`).
 */
export const LOAD_SESSIONS = `SELECT id, start_ms AS "startMs", ${COLUMNS.map(({ name, column }) => `${column} AS "${name}"`).join(', ')}
  FROM sessions WHERE id = ANY($1::text[]) AND is_measured = 1 ORDER BY id FOR NO KEY UPDATE`;

/** sessions, spans */
export const LOAD_SPANS = `SELECT spans.session_id AS session, spans.id, start_ms AS "startMs", end_ms AS "endMs",
    is_clamped AS "isClamped", is_closed AS "isClosed", is_replayed AS "isReplayed"
  FROM unnest($1::text[], $2::text[]) AS named (session_id, id)
  JOIN spans ON spans.session_id = named.session_id AND spans.id = named.id`;

/** sessions, from, to. Stretches don't overlap, so of those that start before `from` only the last can reach it. */
export const LOAD_TOUCHED = `SELECT DISTINCT session_id AS session, start_ms AS "startMs", touched.end_ms AS "endMs"
  FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS asked (session, from_ms, to_ms)
  CROSS JOIN LATERAL (
    SELECT * FROM stretches WHERE session_id = asked.session AND start_ms <= asked.to_ms AND end_ms >= asked.from_ms
      AND start_ms >= coalesce(
        (SELECT max(start_ms) FROM stretches WHERE session_id = asked.session AND start_ms <= asked.from_ms), asked.from_ms)
  ) AS touched
  ORDER BY session_id, start_ms`;

/** sessions, spans, pages, starts, ends, late, clamped, closed, replayed, when they were received */
export const SAVE_SPANS = `INSERT INTO spans AS kept
    (session_id, id, page, start_ms, end_ms, is_late, is_clamped, is_closed, is_replayed, received_ms)
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::integer[], $7::integer[],
    $8::integer[], $9::integer[], $10::bigint[])
  ON CONFLICT (session_id, id) DO UPDATE SET end_ms = excluded.end_ms, is_late = excluded.is_late,
    is_clamped = excluded.is_clamped, is_closed = excluded.is_closed, is_replayed = excluded.is_replayed,
    received_ms = coalesce(excluded.received_ms, kept.received_ms)`;

/** sessions, starts */
export const REMOVE_STRETCHES = `DELETE FROM stretches USING unnest($1::text[], $2::bigint[]) AS removed (session_id, start_ms)
  WHERE stretches.session_id = removed.session_id AND stretches.start_ms = removed.start_ms`;

/** sessions, starts, ends */
export const ADD_STRETCHES = `INSERT INTO stretches (session_id, start_ms, end_ms)
  SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])`;

/** sessions, 1 if the owner sees a change, then {@link SAVED} */
export const SAVE_SESSIONS = `UPDATE sessions
  SET revision = revision + change.is_visible, ${COLUMNS.map(({ column }) => `${column} = change.${column}`).join(', ')}
  FROM unnest($1::text[], $2::integer[], ${Object.values(STATE)
    .map((column, nth) => `$${nth + 3}::${column.split(' ')[1]}[]`)
    .join(', ')}) AS change (id, is_visible, ${NAMES})
  WHERE sessions.id = change.id`;

/** sessions, due times */
export const ADD_TO_OUTBOX = `INSERT INTO outbox (consumer, session_id, due_ms, kind)
  SELECT name, changed.session_id, changed.due_ms, 'changed'
  FROM consumers CROSS JOIN unnest($1::text[], $2::bigint[]) AS changed (session_id, due_ms)
  ON CONFLICT DO NOTHING`;
