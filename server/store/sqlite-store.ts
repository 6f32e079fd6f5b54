// The session store on Node's own SQLite: the embedded default. One writing connection in one process.
// The hot path is prepared statements in one synchronous transaction; all else goes through Kysely.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { clockOffset } from '../heartbeat/device-clock.ts';
import { addedMs } from '../sessions/reading-time.ts';
import { boundSpan } from './bounds.ts';
import type { Outbox } from './outbox.ts';
import type { Recorded, Session, SessionQuery, SessionStore, Sighting, StoredSpan } from './session-store.ts';
import { inTransaction, nodeSqliteDialect } from './sqlite-dialect.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';
import { migrate, toSession, type Tables } from './tables.ts';

const BUSY_TIMEOUT_MS = 5_000;
const SYNCHRONOUS_FULL = 2;

/**
 * Opens the store in `file`, makes it when it isn't there, and brings its tables up to date. `file` must be on a local
 * disk; `-wal` and `-shm` beside it belong to it.
 * @throws when SQLite won't give the durability that an acknowledgement promises.
 */
export async function openSqliteStore(file: string): Promise<SessionStore> {
  mkdirSync(dirname(file), { recursive: true });
  const connection = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  const setting = (name: string): unknown => Object.values(connection.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  if (setting('journal_mode') !== 'wal' || setting('synchronous') !== SYNCHRONOUS_FULL) {
    connection.close();
    throw new Error(`${file}: SQLite refuses journal_mode=WAL with synchronous=FULL; use a file on a local disk`);
  }
  // Kysely doesn't put SQLite's migrations into a transaction: who is killed in the middle would never start again.
  connection.exec('BEGIN IMMEDIATE');
  try {
    await migrate(new Kysely<Tables>({ dialect: nodeSqliteDialect(connection) }));
    connection.exec('COMMIT');
  } catch (error) {
    connection.close();
    throw error;
  }
  return new SqliteStore(connection);
}

class SqliteStore implements SessionStore {
  readonly #connection: DatabaseSync;
  readonly #db: Kysely<Tables>;
  readonly #hot: ReturnType<typeof prepareHotPath>;
  readonly outbox: Outbox;

  constructor(connection: DatabaseSync) {
    this.#connection = connection;
    this.#db = new Kysely<Tables>({ dialect: nodeSqliteDialect(connection) });
    this.#hot = prepareHotPath(connection);
    this.outbox = new SqliteOutbox(connection, this.#db);
  }

  async createSession({ id, email, startMs }: Pick<Session, 'id' | 'email' | 'startMs'>): Promise<void> {
    await this.#db.insertInto('sessions').values({ id, email, start_ms: startMs }).execute();
  }

  async record(sightings: readonly Sighting[]): Promise<readonly Recorded[]> {
    return inTransaction(this.#connection, () => sightings.map((sighting) => this.#recordOne(sighting)));
  }

  #recordOne({ session, receivedMs, span }: Sighting): Recorded {
    const hot = this.#hot;
    const found = hot.findSession.get(session) as { start_ms: number; clock_offset_ms: number | null } | undefined;
    if (!found) return 'unknown-session';
    if (!span) {
      hot.growSession.run(Math.max(found.start_ms, receivedMs), 0, found.clock_offset_ms, session);
      return 'stored';
    }
    const offsetMs = clockOffset(found.clock_offset_ms, span.offsetMs);
    const onServerClock = { startMs: span.startMs + offsetMs, endMs: span.endMs + offsetMs };
    const { startMs, endMs, isLate, isClamped } = boundSpan(onServerClock, found.start_ms, receivedMs);
    const kept = hot.findSpan.get(session, span.id) as { end_ms: number } | undefined;
    if (kept && endMs <= kept.end_ms) {
      // It says nothing new of the span, but it may have come faster than any before.
      if (offsetMs !== found.clock_offset_ms) hot.learnOffset.run(offsetMs, session);
      return 'stored';
    }
    const added = { startMs: kept ? kept.end_ms : startMs, endMs };
    const others = hot.findOverlaps.all(session, span.id, added.startMs, added.endMs);
    hot.putSpan.run(session, span.id, span.page, startMs, endMs, Number(isLate), Number(isClamped));
    hot.growSession.run(endMs, addedMs(added, others as { startMs: number; endMs: number }[]), offsetMs, session);
    return 'stored';
  }

  async findSession(id: string): Promise<Session | undefined> {
    const row = await this.#sessions().where('id', '=', id).executeTakeFirst();
    return row && toSession(row);
  }

  async listSessions({ email, pageSize, after }: SessionQuery): Promise<readonly Session[]> {
    let query = this.#sessions().orderBy('start_ms', 'desc').orderBy('id', 'desc').limit(pageSize);
    if (email !== undefined) query = query.where('email', '=', email);
    if (after) query = query.where((eb) => eb(eb.refTuple('start_ms', 'id'), '<', eb.tuple(after.startMs, after.id)));
    const rows = await query.execute();
    return rows.map(toSession);
  }

  async listSpans(sessionId: string): Promise<readonly StoredSpan[]> {
    const rows = await this.#db
      .selectFrom('spans')
      .selectAll()
      .where('session_id', '=', sessionId)
      .orderBy('start_ms')
      .orderBy('id')
      .execute();
    return rows.map((row) => ({
      id: row.id,
      page: row.page,
      startMs: row.start_ms,
      endMs: row.end_ms,
      isLate: row.is_late === 1,
      isClamped: row.is_clamped === 1,
    }));
  }

  async check(): Promise<void> {
    this.#connection.prepare('SELECT 1').get();
  }

  async close(): Promise<void> {
    this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#connection.close();
  }

  #sessions() {
    return this.#db.selectFrom('sessions').selectAll();
  }
}

/** Times are in milliseconds; `?` in the order of the names. */
function prepareHotPath(connection: DatabaseSync) {
  return {
    /** session */
    findSession: connection.prepare('SELECT start_ms, clock_offset_ms FROM sessions WHERE id = ?'),
    /** session, span */
    findSpan: connection.prepare('SELECT end_ms FROM spans WHERE session_id = ? AND id = ?'),
    /** session, span that is not meant, from, to */
    findOverlaps: connection.prepare(
      `SELECT start_ms AS startMs, end_ms AS endMs FROM spans
       WHERE session_id = ? AND id <> ? AND end_ms > ? AND start_ms < ?`,
    ),
    /** session, span, page, start, end, late, clamped. What is kept already only grows. */
    putSpan: connection.prepare(
      `INSERT INTO spans (session_id, id, page, start_ms, end_ms, is_late, is_clamped) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (session_id, id) DO UPDATE SET
         end_ms = excluded.end_ms, is_late = excluded.is_late, is_clamped = max(is_clamped, excluded.is_clamped)
       WHERE excluded.end_ms > spans.end_ms`,
    ),
    /** clock offset, session. Nobody sees it, so there is nothing to mirror. */
    learnOffset: connection.prepare('UPDATE sessions SET clock_offset_ms = ? WHERE id = ?'),
    /** end, added reading time, clock offset, session. A late end takes nothing back. */
    growSession: connection.prepare(
      `UPDATE sessions SET
         end_ms = max(coalesce(end_ms, 0), ?1),
         reading_ms = reading_ms + ?2,
         current_page =
           (SELECT page FROM spans WHERE session_id = ?4 ORDER BY end_ms DESC, start_ms DESC, id DESC LIMIT 1),
         clock_offset_ms = ?3,
         revision = revision + 1
       WHERE id = ?4`,
    ),
  };
}
