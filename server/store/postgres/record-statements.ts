// The statements that load and save the sessions of a batch while it is recorded: each has all sessions at once, as arrays, so its
// text is always the same. Each comment lists the parameters in order: arrays as long as each other.

/** The state of a session that `saveSessions` sets, with its type, in the order of its parameters. */
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

/** The fields of a session's state, in the order of the last parameters of `saveSessions`. */
export const SAVED = Object.keys(STATE) as readonly (keyof typeof STATE)[];

export interface RecordStatements {
  /** buckets, sessions. Returns none where nothing is measured. */
  readonly loadSessions: string;
  /** buckets, sessions, spans */
  readonly loadSpans: string;
  /** buckets, sessions, from, to */
  readonly loadTouched: string;
  /** buckets, sessions, spans, pages, starts, ends, late, clamped, closed, replayed, when they were received */
  readonly saveSpans: string;
  /** buckets, sessions, starts */
  readonly removeStretches: string;
  /** buckets, sessions, starts, ends */
  readonly addStretches: string;
  /** buckets, sessions, 1 if the owner sees a change, then {@link SAVED} */
  readonly saveSessions: string;
  /** buckets, sessions, due times */
  readonly addToOutbox: string;
}

/** For batches with sessions of any bucket. */
export const OF_ANY_BUCKET = statements(false);

/** For batches of one bucket, which is one more parameter of each. Where the tables are distributed, one shard answers. */
export const OF_ONE_BUCKET = statements(true);

function statements(isOfOne: boolean): RecordStatements {
  /** @param parameter the number of parameters and one. */
  const only = (table: string, parameter: number): string => (isOfOne ? ` AND ${table}.bucket = $${parameter}` : '');
  /** A database sees which shard rows come to if their bucket is that of a row. */
  const inserted = (parameter: number): { readonly bucket: string; readonly join: string } =>
    isOfOne
      ? {
          bucket: 'sessions.bucket',
          join: `JOIN sessions ON sessions.id = news.session_id AND sessions.bucket = $${parameter}`,
        }
      : { bucket: 'news.bucket', join: '' };
  return {
    // Locked in one order, so that two batches never wait for each other in a circle, and not against those who only need that a
    // session stays (`KEY SHARE`).
    loadSessions: `SELECT sessions.id, start_ms AS "startMs", ${COLUMNS.map(({ name, column }) => `${column} AS "${name}"`).join(', ')}
      FROM unnest($1::smallint[], $2::text[]) AS asked (bucket, id)
      JOIN sessions ON sessions.bucket = asked.bucket AND sessions.id = asked.id
      WHERE is_measured = 1${only('sessions', 3)} ORDER BY sessions.bucket, sessions.id FOR NO KEY UPDATE OF sessions`,

    loadSpans: `SELECT spans.session_id AS session, spans.id, start_ms AS "startMs", end_ms AS "endMs",
        is_clamped AS "isClamped", is_closed AS "isClosed", is_replayed AS "isReplayed"
      FROM unnest($1::smallint[], $2::text[], $3::text[]) AS named (bucket, session_id, id)
      JOIN spans ON spans.bucket = named.bucket AND spans.session_id = named.session_id AND spans.id = named.id${only('spans', 4)}`,

    // Stretches don't overlap, so of those that start before `from` only the last can reach it.
    loadTouched: `SELECT DISTINCT session_id AS session, start_ms AS "startMs", touched.end_ms AS "endMs"
      FROM unnest($1::smallint[], $2::text[], $3::bigint[], $4::bigint[]) AS asked (bucket, session, from_ms, to_ms)
      CROSS JOIN LATERAL (
        SELECT * FROM stretches WHERE stretches.bucket = asked.bucket AND session_id = asked.session${only('stretches', 5)}
          AND start_ms <= asked.to_ms AND end_ms >= asked.from_ms AND start_ms >= coalesce((
            SELECT max(start_ms) FROM stretches AS earlier WHERE earlier.bucket = asked.bucket AND session_id = asked.session
              AND start_ms <= asked.from_ms${only('earlier', 5)}
          ), asked.from_ms)
      ) AS touched
      ORDER BY session_id, start_ms`,

    saveSpans: `INSERT INTO spans AS kept
        (bucket, session_id, id, page, start_ms, end_ms, is_late, is_clamped, is_closed, is_replayed, received_ms)
      SELECT ${inserted(12).bucket}, session_id, news.id, page, news.start_ms, news.end_ms, is_late, is_clamped, is_closed,
        is_replayed, received_ms
      FROM unnest($1::smallint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::integer[], $8::integer[],
        $9::integer[], $10::integer[], $11::bigint[])
        AS news (bucket, session_id, id, page, start_ms, end_ms, is_late, is_clamped, is_closed, is_replayed, received_ms)
      ${inserted(12).join}
      ON CONFLICT (bucket, session_id, id) DO UPDATE SET end_ms = excluded.end_ms, is_late = excluded.is_late,
        is_clamped = excluded.is_clamped, is_closed = excluded.is_closed, is_replayed = excluded.is_replayed,
        received_ms = coalesce(excluded.received_ms, kept.received_ms)`,

    removeStretches: `DELETE FROM stretches
      USING unnest($1::smallint[], $2::text[], $3::bigint[]) AS removed (bucket, session_id, start_ms)
      WHERE stretches.bucket = removed.bucket AND stretches.session_id = removed.session_id
        AND stretches.start_ms = removed.start_ms${only('stretches', 4)}`,

    addStretches: `INSERT INTO stretches (bucket, session_id, start_ms, end_ms)
      SELECT ${inserted(5).bucket}, session_id, news.start_ms, news.end_ms
      FROM unnest($1::smallint[], $2::text[], $3::bigint[], $4::bigint[]) AS news (bucket, session_id, start_ms, end_ms)
      ${inserted(5).join}`,

    saveSessions: `UPDATE sessions
      SET revision = revision + change.is_visible, ${COLUMNS.map(({ column }) => `${column} = change.${column}`).join(', ')}
      FROM unnest($1::smallint[], $2::text[], $3::integer[], ${Object.values(STATE)
        .map((column, nth) => `$${nth + 4}::${column.split(' ')[1]}[]`)
        .join(', ')}) AS change (bucket, id, is_visible, ${NAMES})
      WHERE sessions.bucket = change.bucket AND sessions.id = change.id${only('sessions', COLUMNS.length + 4)}`,

    addToOutbox: `INSERT INTO outbox (bucket, consumer, session_id, due_ms, kind)
      SELECT ${inserted(4).bucket}, name, session_id, due_ms, 'changed'
      FROM consumers CROSS JOIN unnest($1::smallint[], $2::text[], $3::bigint[]) AS news (bucket, session_id, due_ms)
      ${inserted(4).join}
      ON CONFLICT DO NOTHING`,
  };
}
