// The migrations that create the tables of schema.ts.
import { sql, type Kysely } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import type { Tables } from './schema.ts';
import { accessMigration } from './access-migration.ts';
import { codesMigration } from './codes-migration.ts';
import { identityMigration } from './identity-migration.ts';
import { invitationsMigration } from './invitations-migration.ts';
import { sessionListMigration } from './session-list-migration.ts';
import { refusalsMigration, slotVersionsMigration, totalsMigration } from './totals-migration.ts';
import { isUpToDate } from './up-to-date.ts';

const migrations: Record<string, Migration> = {
  '001-sessions-and-spans': {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable('sessions')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('email', 'text', (column) => column.notNull())
        .addColumn('start_ms', 'bigint', (column) => column.notNull())
        .addColumn('end_ms', 'bigint')
        .addColumn('reading_ms', 'bigint', (column) => column.notNull().defaultTo(0))
        .addColumn('current_page', 'text')
        .addColumn('clock_offset_ms', 'bigint')
        .addColumn('revision', 'bigint', (column) => column.notNull().defaultTo(1))
        .addColumn('mirrored_revision', 'bigint', (column) => column.notNull().defaultTo(0))
        .execute();
      await db.schema.createIndex('sessions_by_start').on('sessions').columns(['start_ms', 'id']).execute();
      await db.schema.createIndex('sessions_by_email').on('sessions').columns(['email', 'start_ms', 'id']).execute();
      // A device chooses a span's id, so it is unique only within its session.
      await db.schema
        .createTable('spans')
        .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.id').onDelete('cascade'))
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('page', 'text', (column) => column.notNull())
        .addColumn('start_ms', 'bigint', (column) => column.notNull())
        .addColumn('end_ms', 'bigint', (column) => column.notNull())
        .addColumn('is_late', 'integer', (column) => column.notNull())
        .addColumn('is_clamped', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('spans_key', ['session_id', 'id'])
        .execute();
      await db.schema
        .createIndex('spans_by_end')
        .on('spans')
        .columns(['session_id', 'end_ms', 'start_ms', 'id'])
        .execute();
    },
  },
  '002-mirror': {
    up: async (db: Kysely<unknown>) => {
      await db.schema.alterTable('sessions').addColumn('record_id', 'text').execute();
      // A partial index: when all sessions are mirrored, it is empty and the query costs nothing.
      await sql`
        CREATE INDEX sessions_unmirrored ON sessions (coalesce(end_ms, start_ms)) WHERE mirrored_revision < revision
      `.execute(db);
      await db.schema
        .createTable('leases')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('holder', 'text', (column) => column.notNull())
        .addColumn('until_ms', 'bigint', (column) => column.notNull())
        .execute();
      await db.schema
        .createTable('notes')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('text', 'text', (column) => column.notNull())
        .execute();
    },
  },
  '003-stretches-and-access': {
    up: async (db: Kysely<unknown>) => {
      for (const column of [
        'former_offset_ms',
        'last_start_ms',
        'last_end_ms',
        'last_span_start_ms',
        'access_ended_ms',
      ])
        await db.schema.alterTable('sessions').addColumn(column, 'bigint').execute();
      await db.schema.alterTable('sessions').addColumn('last_span_id', 'text').execute();
      for (const column of ['span_count', 'stretch_count'])
        await db.schema
          .alterTable('sessions')
          .addColumn(column, 'bigint', (count) => count.notNull().defaultTo(0))
          .execute();
      await db.schema
        .createTable('stretches')
        .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.id').onDelete('cascade'))
        .addColumn('start_ms', 'bigint', (column) => column.notNull())
        .addColumn('end_ms', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('stretches_key', ['session_id', 'start_ms'])
        .modifyEnd(sql`WITHOUT ROWID`)
        .execute();
      await sql`
        INSERT INTO stretches (session_id, start_ms, end_ms)
        SELECT session_id, min(start_ms), max(end_ms)
        FROM (
          SELECT session_id, start_ms, end_ms,
            sum(begins) OVER (PARTITION BY session_id ORDER BY start_ms, end_ms, id) AS stretch
          FROM (
            SELECT session_id, id, start_ms, end_ms,
              CASE WHEN start_ms <= max(end_ms) OVER (
                PARTITION BY session_id ORDER BY start_ms, end_ms, id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
              ) THEN 0 ELSE 1 END AS begins
            FROM spans
          ) AS begun
        ) AS numbered
        GROUP BY session_id, stretch
      `.execute(db);
      await sql`
        UPDATE sessions SET
          span_count = (SELECT count(*) FROM spans WHERE session_id = sessions.id),
          stretch_count = (SELECT max(0, count(*) - 1) FROM stretches WHERE session_id = sessions.id),
          last_start_ms = (SELECT max(start_ms) FROM stretches WHERE session_id = sessions.id),
          last_end_ms = (SELECT max(end_ms) FROM stretches WHERE session_id = sessions.id),
          last_span_start_ms = (
            SELECT start_ms FROM spans WHERE session_id = sessions.id ORDER BY end_ms DESC, start_ms DESC, id DESC LIMIT 1
          ),
          last_span_id = (
            SELECT id FROM spans WHERE session_id = sessions.id ORDER BY end_ms DESC, start_ms DESC, id DESC LIMIT 1
          )
      `.execute(db);
      await sql`
        DELETE FROM stretches WHERE start_ms = (SELECT last_start_ms FROM sessions WHERE id = stretches.session_id)
      `.execute(db);
      // No query uses this index any more, and each beat moved an entry in it.
      await db.schema.dropIndex('spans_by_end').execute();
    },
  },
  '004-outbox-for-many': {
    up: async (db: Kysely<unknown>) => {
      for (const statement of [
        'CREATE TABLE consumers (name text PRIMARY KEY) WITHOUT ROWID',
        `CREATE TABLE outbox (consumer text NOT NULL, session_id text NOT NULL, due_ms bigint NOT NULL,
           kind text NOT NULL, PRIMARY KEY (consumer, session_id)) WITHOUT ROWID`,
        'CREATE INDEX outbox_by_due ON outbox (consumer, due_ms, session_id)',
        `CREATE TABLE told (consumer text NOT NULL, session_id text NOT NULL, revision bigint NOT NULL DEFAULT 0,
           record_id text, PRIMARY KEY (consumer, session_id)) WITHOUT ROWID`,
        // Only a store that was mirrored has a consumer.
        `INSERT INTO told (consumer, session_id, revision, record_id)
           SELECT 'nocodb', id, mirrored_revision, record_id FROM sessions
           WHERE mirrored_revision > 0 OR record_id IS NOT NULL ORDER BY id`,
        `INSERT INTO consumers (name) SELECT 'nocodb' WHERE EXISTS (SELECT 1 FROM told)`,
        `INSERT INTO outbox (consumer, session_id, due_ms, kind)
           SELECT name, id, coalesce(end_ms, start_ms), 'changed' FROM consumers, sessions
           WHERE mirrored_revision < revision`,
        'DROP INDEX sessions_unmirrored',
        'ALTER TABLE sessions DROP COLUMN mirrored_revision',
        'ALTER TABLE sessions DROP COLUMN record_id',
        // As makeSessionRef makes them, in other digits.
        'ALTER TABLE sessions ADD COLUMN ref text',
        `UPDATE sessions SET ref = printf('%012x', start_ms) || lower(hex(randomblob(8)))`,
        'CREATE UNIQUE INDEX sessions_by_ref ON sessions (ref)',
        'ALTER TABLE sessions ADD COLUMN offline_ms bigint NOT NULL DEFAULT 0',
        'ALTER TABLE sessions ADD COLUMN end_known_by text',
        'ALTER TABLE sessions ADD COLUMN next_beat_ms bigint',
        `UPDATE sessions SET end_known_by = CASE WHEN last_end_ms = end_ms THEN 'tick' ELSE 'beat' END
           WHERE end_ms IS NOT NULL`,
        // One B-tree instead of a table and the index of its key: a growing span writes one page.
        `CREATE TABLE spans_by_key (session_id text NOT NULL REFERENCES sessions (id) ON DELETE CASCADE, id text NOT NULL,
           page text NOT NULL, start_ms bigint NOT NULL, end_ms bigint NOT NULL, is_late integer NOT NULL,
           is_clamped integer NOT NULL, is_closed integer NOT NULL DEFAULT 0, is_replayed integer NOT NULL DEFAULT 0,
           PRIMARY KEY (session_id, id)) WITHOUT ROWID`,
        `INSERT INTO spans_by_key (session_id, id, page, start_ms, end_ms, is_late, is_clamped)
           SELECT session_id, id, page, start_ms, end_ms, is_late, is_clamped FROM spans ORDER BY session_id, id`,
        'DROP TABLE spans',
        'ALTER TABLE spans_by_key RENAME TO spans',
      ])
        await sql.raw(statement).execute(db);
    },
  },
  '005-events-and-deletions': {
    up: async (db: Kysely<unknown>) => {
      for (const statement of [
        'ALTER TABLE told ADD COLUMN state text',
        'ALTER TABLE outbox ADD COLUMN record_id text',
        // Nearly always empty. Without it, each look for deletions would pass all changes that wait.
        `CREATE INDEX outbox_deletions ON outbox (consumer, due_ms, session_id) WHERE kind = 'deleted'`,
      ])
        await sql.raw(statement).execute(db);
    },
  },
  '006-owner-keys': {
    up: async (db: Kysely<unknown>) => {
      await db.schema
        .createTable('owner_keys')
        .addColumn('hash', 'text', (column) => column.primaryKey())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('until_ms', 'bigint', (column) => column.notNull())
        .modifyEnd(sql`WITHOUT ROWID`)
        .execute();
    },
  },
  '007-totals': totalsMigration,
  '008-session-list': sessionListMigration,
  '009-span-receipts': {
    up: async (db: Kysely<unknown>) => {
      await db.schema.alterTable('spans').addColumn('received_ms', 'bigint').execute();
    },
  },
  '010-slot-versions': slotVersionsMigration,
  '011-refusals': refusalsMigration,
  '012-shares': {
    up: async (db: Kysely<unknown>) => {
      const columns = `id text NOT NULL PRIMARY KEY, hash text NOT NULL, label text, pages text, created_ms bigint NOT NULL,
        until_ms bigint NOT NULL, revoked_ms bigint, last_used_ms bigint`;
      await sql.raw(`CREATE TABLE shares (${columns})`).execute(db);
      await sql.raw('CREATE UNIQUE INDEX shares_by_hash ON shares (hash)').execute(db);
    },
  },
  '013-identity': identityMigration,
  '014-invitations': invitationsMigration,
  '015-codes': codesMigration,
  '016-blocked-and-refused': accessMigration,
};

/**
 * True if there is nothing to migrate.
 * @throws StoreError if a newer version has changed the tables.
 */
export function isMigrated(db: Kysely<Tables>): Promise<boolean> {
  return isUpToDate(db, migrations);
}

/** Migrates the tables to the latest version. */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const { error } = await migratorOf(db).migrateToLatest();
  if (error) throw new Error('Could not migrate the tables of the store', { cause: error });
}

function migratorOf(db: Kysely<Tables>): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => migrations } });
}
