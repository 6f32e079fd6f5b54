// The migration that creates the tables of totals-schema.ts. They stay empty: the job counts what there is, in steps.
import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

const SUMS = 'sessions bigint NOT NULL, reading_ms bigint NOT NULL';

const TABLES = {
  counted_sessions: `session_id text NOT NULL PRIMARY KEY, reader_id text NOT NULL,
    revision bigint NOT NULL, counted_as text NOT NULL, reading_ms bigint, visits bigint NOT NULL,
    last_ms bigint NOT NULL, start_slot bigint NOT NULL`,
  counted_pages: `session_id text NOT NULL, page_id text NOT NULL, reading_ms bigint NOT NULL, last_ms bigint NOT NULL,
    PRIMARY KEY (session_id, page_id)`,
  counted_slots: `session_id text NOT NULL, slot bigint NOT NULL, reading_ms bigint NOT NULL, visits bigint NOT NULL,
    PRIMARY KEY (session_id, slot)`,
  uncounted_sessions: 'session_id text NOT NULL PRIMARY KEY',
  excluded_readers: 'email text NOT NULL PRIMARY KEY',
  reader_totals: `id text NOT NULL PRIMARY KEY, email text NOT NULL, version bigint NOT NULL, counted bigint NOT NULL,
    opened bigint NOT NULL, visits bigint NOT NULL, last_ms bigint NOT NULL, ${SUMS}`,
  page_totals: `id text NOT NULL PRIMARY KEY, name text NOT NULL, readers bigint NOT NULL, last_ms bigint NOT NULL, ${SUMS}`,
  reader_page_totals: `reader_id text NOT NULL, page_id text NOT NULL, ${SUMS}, PRIMARY KEY (reader_id, page_id)`,
  slot_totals: `slot bigint NOT NULL PRIMARY KEY, opened bigint NOT NULL, visits bigint NOT NULL, ${SUMS}`,
  slot_readers: `slot bigint NOT NULL, reader_id text NOT NULL, sessions bigint NOT NULL, PRIMARY KEY (slot, reader_id)`,
  reader_buckets: `reader_id text NOT NULL, bucket bigint NOT NULL, sessions bigint NOT NULL,
    PRIMARY KEY (reader_id, bucket)`,
  page_buckets:
    'page_id text NOT NULL, bucket bigint NOT NULL, sessions bigint NOT NULL, PRIMARY KEY (page_id, bucket)',
  slot_buckets: 'slot bigint NOT NULL, bucket bigint NOT NULL, sessions bigint NOT NULL, PRIMARY KEY (slot, bucket)',
};

/** Only what was read is listed; readers who only opened a page have a list of their own. */
const INDEXES = {
  counted_sessions_by_reader: 'counted_sessions (reader_id, last_ms)',
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

export const totalsMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    await sql.raw('ALTER TABLE sessions ADD COLUMN is_excluded integer NOT NULL DEFAULT 0').execute(db);
    for (const [name, columns] of Object.entries(TABLES))
      await sql.raw(`CREATE TABLE ${name} (${columns}) WITHOUT ROWID`).execute(db);
    for (const [name, columns] of Object.entries(INDEXES))
      await sql.raw(`CREATE INDEX ${name} ON ${columns}`).execute(db);
  },
};

/** Random from the beginning, so that the sum over a day's slots changes, too, when one of its rows is removed. */
export const slotVersionsMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    await sql.raw('ALTER TABLE slot_totals ADD COLUMN version bigint NOT NULL DEFAULT 0').execute(db);
    await sql.raw('UPDATE slot_totals SET version = random() & 1099511627775').execute(db);
  },
};

export const refusalsMigration: Migration = {
  up: async (db: Kysely<unknown>) => {
    const columns = 'slot bigint NOT NULL PRIMARY KEY, refused bigint NOT NULL';
    await sql.raw(`CREATE TABLE refused_slots (${columns}) WITHOUT ROWID`).execute(db);
  },
};
