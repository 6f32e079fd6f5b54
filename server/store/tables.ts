// The table types for Kysely, and the migrations that create the tables.
import { sql, type Generated, type Kysely, type Selectable } from 'kysely';
import { Migrator, type Migration } from 'kysely/migration';
import type { Session } from './session.ts';

export interface Tables {
  sessions: {
    id: string;
    email: string;
    start_ms: number;
    end_ms: number | null;
    reading_ms: Generated<number>;
    current_page: string | null;
    /** Server's clock minus device's clock; null before the first delivery. */
    clock_offset_ms: number | null;
    /** The offset before the clock was last set; null: never set. */
    former_offset_ms: number | null;
    span_count: Generated<number>;
    /** Number of rows in `stretches`. */
    stretch_count: Generated<number>;
    /** The last stretch of its reading and the latest of the spans that end with it; null before the first span. */
    last_start_ms: number | null;
    last_end_ms: number | null;
    last_span_start_ms: number | null;
    last_span_id: string | null;
    access_ended_ms: number | null;
    /** Increases with every change. `mirrored_revision` is the one that NocoDB shows. */
    revision: Generated<number>;
    mirrored_revision: Generated<number>;
    /** Id of the NocoDB record; null: none; empty: its creation is in doubt. */
    record_id: string | null;
  };
  /** The union of a session's spans, except its last stretch. Stretches neither overlap nor touch. */
  stretches: {
    session_id: string;
    start_ms: number;
    end_ms: number;
  };
  leases: {
    name: string;
    holder: string;
    until_ms: number;
  };
  notes: {
    name: string;
    text: string;
  };
  spans: {
    session_id: string;
    id: string;
    page: string;
    start_ms: number;
    end_ms: number;
    is_late: number;
    is_clamped: number;
  };
}

export function toSession(row: Selectable<Tables['sessions']>): Session {
  return {
    id: row.id,
    email: row.email,
    startMs: row.start_ms,
    endMs: row.end_ms,
    readingMs: row.reading_ms,
    currentPage: row.current_page,
    accessEndedMs: row.access_ended_ms,
    isMirrored: row.mirrored_revision === row.revision,
  };
}

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
};

/** Migrates the tables to the latest version. */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error) throw new Error('Could not migrate the tables of the store', { cause: error });
}
