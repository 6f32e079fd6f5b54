// The tables of schema.ts and totals-schema.ts, as the first version for PostgreSQL had them.
import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Compared and ordered by its bytes, as in SQLite, whatever the database's own language is. */
const TEXT = 'text COLLATE "C"';
const SUMS = 'sessions bigint NOT NULL, reading_ms bigint NOT NULL';

/** Room for the next version of a row in its page, so that a beat changes no index (heap-only tuples). */
const ROOM = 'WITH (fillfactor = 80)';

const TABLES: Readonly<Record<string, string>> = {
  sessions: `(id ${TEXT} PRIMARY KEY, email ${TEXT} NOT NULL, start_ms bigint NOT NULL, end_ms bigint, ref ${TEXT} NOT NULL,
    identity ${TEXT} NOT NULL DEFAULT 'typed', invitation_id ${TEXT}, is_measured integer NOT NULL DEFAULT 1, access_pages ${TEXT},
    reading_ms bigint NOT NULL DEFAULT 0, offline_ms bigint NOT NULL DEFAULT 0, end_known_by ${TEXT}, next_beat_ms bigint,
    current_page ${TEXT}, clock_offset_ms bigint, former_offset_ms bigint, span_count bigint NOT NULL DEFAULT 0,
    stretch_count bigint NOT NULL DEFAULT 0, last_start_ms bigint, last_end_ms bigint, last_span_start_ms bigint,
    last_span_id ${TEXT}, access_ended_ms bigint, is_excluded integer NOT NULL DEFAULT 0, revision bigint NOT NULL DEFAULT 1) ${ROOM}`,
  spans: `(session_id ${TEXT} NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, id ${TEXT} NOT NULL, page ${TEXT} NOT NULL,
    start_ms bigint NOT NULL, end_ms bigint NOT NULL, is_late integer NOT NULL, is_clamped integer NOT NULL,
    is_closed integer NOT NULL DEFAULT 0, is_replayed integer NOT NULL DEFAULT 0, received_ms bigint,
    PRIMARY KEY (session_id, id)) ${ROOM}`,
  stretches: `(session_id ${TEXT} NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, start_ms bigint NOT NULL, end_ms bigint NOT NULL,
    PRIMARY KEY (session_id, start_ms))`,
  consumers: `(name ${TEXT} PRIMARY KEY)`,
  outbox: `(consumer ${TEXT} NOT NULL, session_id ${TEXT} NOT NULL, due_ms bigint NOT NULL, kind ${TEXT} NOT NULL, record_id ${TEXT},
    PRIMARY KEY (consumer, session_id))`,
  told: `(consumer ${TEXT} NOT NULL, session_id ${TEXT} NOT NULL, revision bigint NOT NULL DEFAULT 0, record_id ${TEXT},
    state ${TEXT}, PRIMARY KEY (consumer, session_id))`,
  owner_keys: `(hash ${TEXT} PRIMARY KEY, kind ${TEXT} NOT NULL, until_ms bigint NOT NULL)`,
  shares: `(id ${TEXT} PRIMARY KEY, hash ${TEXT} NOT NULL, label ${TEXT}, pages ${TEXT}, created_ms bigint NOT NULL,
    until_ms bigint NOT NULL, revoked_ms bigint, last_used_ms bigint)`,
  blocked_readers: `(email ${TEXT} PRIMARY KEY, since_ms bigint NOT NULL)`,
  refused_addresses: `(email ${TEXT} PRIMARY KEY, tries bigint NOT NULL, first_ms bigint NOT NULL, last_ms bigint NOT NULL)`,
  invitations: `(id ${TEXT} PRIMARY KEY, hash ${TEXT} NOT NULL, email ${TEXT} NOT NULL, pages ${TEXT}, created_ms bigint NOT NULL,
    until_ms bigint NOT NULL, revoked_ms bigint, opened_ms bigint)`,
  codes: `(hash ${TEXT} PRIMARY KEY, email ${TEXT} NOT NULL, next ${TEXT} NOT NULL, is_measured integer NOT NULL,
    code_hmac ${TEXT} NOT NULL, sent_ms bigint NOT NULL, until_ms bigint NOT NULL, tries integer NOT NULL)`,
  leases: `(name ${TEXT} PRIMARY KEY, holder ${TEXT} NOT NULL, until_ms bigint NOT NULL)`,
  notes: `(name ${TEXT} PRIMARY KEY, text ${TEXT} NOT NULL)`,
  counted_sessions: `(session_id ${TEXT} PRIMARY KEY, reader_id ${TEXT} NOT NULL, revision bigint NOT NULL, counted_as ${TEXT} NOT NULL,
    reading_ms bigint, visits bigint NOT NULL, last_ms bigint NOT NULL, start_slot bigint NOT NULL,
    reading_order bigint GENERATED ALWAYS AS (coalesce(reading_ms, -1)) STORED)`,
  counted_pages: `(session_id ${TEXT} NOT NULL, page_id ${TEXT} NOT NULL, reading_ms bigint NOT NULL, last_ms bigint NOT NULL,
    PRIMARY KEY (session_id, page_id))`,
  counted_slots: `(session_id ${TEXT} NOT NULL, slot bigint NOT NULL, reading_ms bigint NOT NULL, visits bigint NOT NULL,
    PRIMARY KEY (session_id, slot))`,
  uncounted_sessions: `(session_id ${TEXT} PRIMARY KEY)`,
  excluded_readers: `(email ${TEXT} PRIMARY KEY)`,
  reader_totals: `(id ${TEXT} PRIMARY KEY, email ${TEXT} NOT NULL, version bigint NOT NULL, counted bigint NOT NULL,
    opened bigint NOT NULL, visits bigint NOT NULL, last_ms bigint NOT NULL, ${SUMS})`,
  page_totals: `(id ${TEXT} PRIMARY KEY, name ${TEXT} NOT NULL, readers bigint NOT NULL, last_ms bigint NOT NULL, ${SUMS})`,
  reader_page_totals: `(reader_id ${TEXT} NOT NULL, page_id ${TEXT} NOT NULL, ${SUMS}, PRIMARY KEY (reader_id, page_id))`,
  slot_totals: `(slot bigint PRIMARY KEY, version bigint NOT NULL DEFAULT 0, opened bigint NOT NULL, visits bigint NOT NULL, ${SUMS})`,
  refused_slots: '(slot bigint PRIMARY KEY, refused bigint NOT NULL)',
  slot_readers: `(slot bigint NOT NULL, reader_id ${TEXT} NOT NULL, sessions bigint NOT NULL, PRIMARY KEY (slot, reader_id))`,
  reader_buckets: `(reader_id ${TEXT} NOT NULL, bucket bigint NOT NULL, sessions bigint NOT NULL, PRIMARY KEY (reader_id, bucket))`,
  page_buckets: `(page_id ${TEXT} NOT NULL, bucket bigint NOT NULL, sessions bigint NOT NULL, PRIMARY KEY (page_id, bucket))`,
  slot_buckets: '(slot bigint NOT NULL, bucket bigint NOT NULL, sessions bigint NOT NULL, PRIMARY KEY (slot, bucket))',
};

/** The same as in SQLite. */
const INDEXES: Readonly<Record<string, string>> = {
  sessions_by_start: 'sessions (start_ms, id)',
  sessions_by_email: 'sessions (email, start_ms, id)',
  sessions_by_invitation: 'sessions (invitation_id) WHERE invitation_id IS NOT NULL',
  outbox_by_due: 'outbox (consumer, due_ms, session_id)',
  outbox_deletions: "outbox (consumer, due_ms, session_id) WHERE kind = 'deleted'",
  invitations_by_email: 'invitations (email)',
  refused_addresses_by_last: 'refused_addresses (last_ms)',
  codes_by_time: 'codes (sent_ms)',
  counted_sessions_by_reader: 'counted_sessions (reader_id, last_ms)',
  counted_sessions_by_last: 'counted_sessions (last_ms, session_id)',
  counted_sessions_by_reading: 'counted_sessions (reading_order, session_id)',
  counted_sessions_by_reader_reading: 'counted_sessions (reader_id, reading_order, session_id)',
  counted_pages_by_page: 'counted_pages (page_id, last_ms)',
  readers_by_last: 'reader_totals (last_ms, id) WHERE sessions > 0',
  readers_by_reading: 'reader_totals (reading_ms, id) WHERE sessions > 0',
  readers_by_sessions: 'reader_totals (sessions, id) WHERE sessions > 0',
  readers_opened_by_last: 'reader_totals (last_ms, id) WHERE sessions = 0 AND opened > 0',
  pages_by_last: 'page_totals (last_ms, id) WHERE sessions > 0',
  pages_by_reading: 'page_totals (reading_ms, id) WHERE sessions > 0',
  pages_by_sessions: 'page_totals (sessions, id) WHERE sessions > 0',
  reader_pages_by_reading: 'reader_page_totals (reader_id, reading_ms, page_id) WHERE sessions > 0',
  page_readers_by_reading: 'reader_page_totals (page_id, reading_ms, reader_id) WHERE sessions > 0',
};
const UNIQUE_INDEXES: Readonly<Record<string, string>> = {
  sessions_by_ref: 'sessions (ref)',
  shares_by_hash: 'shares (hash)',
  invitations_by_hash: 'invitations (hash)',
};

export const tablesMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    const make = async (statement: string): Promise<void> => void (await sql.raw(statement).execute(db));
    for (const [name, definition] of Object.entries(TABLES)) await make(`CREATE TABLE ${name} ${definition}`);
    for (const [name, columns] of Object.entries(INDEXES)) await make(`CREATE INDEX ${name} ON ${columns}`);
    for (const [name, columns] of Object.entries(UNIQUE_INDEXES))
      await make(`CREATE UNIQUE INDEX ${name} ON ${columns}`);
  },
};
