// The session store on Node's built-in SQLite: the embedded default. One process, one writing connection. The hot path
// uses prepared statements in one synchronous transaction; everything else goes through Kysely.
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { Kysely } from 'kysely';
import type { Outbox } from './outbox.ts';
import { closeToOthers, makePrivate } from './private-file.ts';
import { Batch, prepareHotPath } from './record-batch.ts';
import type { Recorded, SessionQuery, SessionStore, Sighting, StoredSpan } from './session-store.ts';
import type { Session } from './session.ts';
import { inTransaction, nodeSqliteDialect } from './sqlite-dialect.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';
import { migrate, toSession, type Tables } from './tables.ts';

const BUSY_TIMEOUT_MS = 5_000;
const SYNCHRONOUS_FULL = 2;
/** A session can have 20,000 spans; other requests are answered between pages. */
const SPANS_AT_ONCE = 500;
/** Rejected below, since it would be lost with the process. */
const IN_MEMORY = ':memory:';

/**
 * Opens the store in `file`, creates it if it is missing, and migrates its tables. `file` must be on a local disk;
 * `-wal` and `-shm` beside it belong to it.
 * @throws if SQLite can't give the durability that an acknowledgement promises.
 */
export function openSqliteStore(file: string): Promise<SessionStore> {
  const opened = lastOpening.then(() => openNow(file));
  lastOpening = opened.catch(() => {});
  return opened;
}

/**
 * Stores open one at a time. A migration awaits between statements, and a second connection waiting for its lock would
 * block the thread that the migration needs.
 */
let lastOpening: Promise<unknown> = Promise.resolve();

async function openNow(file: string): Promise<SessionStore> {
  mkdirSync(dirname(file), { recursive: true });
  // SQLite gives `-wal` and `-shm` the database's mode.
  if (file !== IN_MEMORY) makePrivate(file);
  for (const one of [file, `${file}-wal`, `${file}-shm`]) if (existsSync(one)) closeToOthers(one);
  const connection = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON');
  const setting = (name: string): unknown => Object.values(connection.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  if (setting('journal_mode') !== 'wal' || setting('synchronous') !== SYNCHRONOUS_FULL) {
    connection.close();
    throw new Error(`${file}: SQLite does not support journal_mode=WAL with synchronous=FULL; use a local disk`);
  }
  // Kysely runs SQLite migrations without a transaction. A process killed halfway could never start again.
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
    return inTransaction(this.#connection, () => {
      const batch = new Batch(this.#hot, sightings);
      return sightings.map((sighting) => batch.recordOne(sighting));
    });
  }

  async endAccess(id: string, atMs: number): Promise<void> {
    await this.#db
      .updateTable('sessions')
      .set({ access_ended_ms: atMs })
      .where('id', '=', id)
      .where('access_ended_ms', 'is', null)
      .execute();
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
    const spans: StoredSpan[] = [];
    for (let after: string | undefined = ''; after !== undefined; await setImmediate()) {
      const rows: readonly Tables['spans'][] = await this.#db
        .selectFrom('spans')
        .selectAll()
        .where('session_id', '=', sessionId)
        .where('id', '>', after)
        .orderBy('id')
        .limit(SPANS_AT_ONCE)
        .execute();
      for (const row of rows) spans.push(toSpan(row));
      after = rows.length < SPANS_AT_ONCE ? undefined : rows.at(-1)?.id;
    }
    return spans.toSorted((one, other) => one.startMs - other.startMs || (one.id < other.id ? -1 : 1));
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

function toSpan(row: Tables['spans']): StoredSpan {
  return {
    id: row.id,
    page: row.page,
    startMs: row.start_ms,
    endMs: row.end_ms,
    isLate: row.is_late === 1,
    isClamped: row.is_clamped === 1,
  };
}
