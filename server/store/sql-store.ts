// A session store in SQL. The queries are the same for every database; recording is the database's own.
import { sql, type Kysely, type Selectable } from 'kysely';
import { SqlBlockedReaders, type BlockedReaders } from './blocked-readers.ts';
import { SqlCodes, type Codes } from './codes.ts';
import type { Database } from './database.ts';
import { compileCountReading } from './count-reading.ts';
import { deleteSessions } from './delete-sessions.ts';
import type { Erasures } from './erasures.ts';
import { SqlInvitations, type Invitations } from './invitations.ts';
import { SqlLeases, type Leases } from './leases.ts';
import { SqlNotes, type Notes } from './notes.ts';
import { NOCODB, type Outbox } from './outbox.ts';
import { SqlOwnerKeys, type OwnerKeys } from './owner-keys.ts';
import { SqlRefusals, type Refusals } from './refusals.ts';
import { change, rowsOf } from './runner.ts';
import { toSession, toSpan } from './rows.ts';
import type { Tables } from './schema.ts';
import type { Access, Recorded, SessionQuery, SessionStore, Sighting, StoredSpan } from './session-store.ts';
import type { SessionFilter, SessionPage, SessionSearch, SessionSort } from './session-query.ts';
import type { NewSession, Session } from './session.ts';
import { makeSessionRef } from './session-id.ts';
import { SqlErasures } from './sql-erasures.ts';
import { SqlOutbox } from './sql-outbox.ts';
import { searchSessions } from './sql-session-search.ts';
import type { Shared } from './shared.ts';
import { SqlShares, type Shares } from './shares.ts';
import { SqlTotals } from './sql-totals.ts';
import type { Totals } from './totals.ts';

/** A session can have 20,000 spans; other queries are answered between pages. */
const SPANS_AT_ONCE = 500;

export class SqlStore implements SessionStore {
  readonly #database: Database;
  readonly #queries: Kysely<Tables>;
  readonly #outboxes = new Map<string, Outbox>();
  readonly #watchers = new Set<(ids: readonly string[]) => void>();
  readonly blockedReaders: BlockedReaders;
  readonly codes: Codes;
  readonly erasures: Erasures;
  readonly invitations: Invitations;
  readonly leases: Leases;
  readonly notes: Notes;
  readonly ownerKeys: OwnerKeys;
  readonly refusals: Refusals;
  readonly shared: Shared | undefined;
  readonly shares: Shares;
  readonly totals: Totals;

  /** @param queries compiles queries in the database's dialect. */
  constructor(database: Database, queries: Kysely<Tables>) {
    this.#database = database;
    this.#queries = queries;
    this.blockedReaders = new SqlBlockedReaders(queries, database.writer);
    this.codes = new SqlCodes(queries, database.writer);
    this.erasures = new SqlErasures(queries, database, (ids, atMs) => this.deleteSessions(ids, atMs));
    this.invitations = new SqlInvitations(queries, database.writer, database.reader);
    this.leases = new SqlLeases(queries, database.writer);
    this.notes = new SqlNotes(queries, database.writer);
    this.ownerKeys = new SqlOwnerKeys(queries, database.writer, database.reader);
    this.refusals = new SqlRefusals(queries, database.writer, database.reader);
    this.shared = database.shared;
    this.shares = new SqlShares(queries, database.writer, database.reader);
    this.totals = new SqlTotals(database, queries);
  }

  outboxOf(consumer: string, hasHistory = true): Outbox {
    const outbox = this.#outboxes.get(consumer) ?? new SqlOutbox(consumer, this.#queries, this.#database, hasHistory);
    this.#outboxes.set(consumer, outbox);
    return outbox;
  }

  async createSession(made: NewSession): Promise<void> {
    const { id, email, startMs, identity = 'typed', invitationId = null, isMeasured = true, accessPages = null } = made;
    const session = this.#queries.insertInto('sessions').values({
      id,
      email,
      start_ms: startMs,
      ref: makeSessionRef(startMs),
      identity,
      invitation_id: invitationId,
      is_measured: Number(isMeasured),
      access_pages: accessPages,
    });
    const wait = this.#queries
      .insertInto('outbox')
      .columns(['consumer', 'session_id', 'due_ms', 'kind'])
      .expression((eb) =>
        eb
          .selectFrom('consumers')
          .innerJoin('sessions', (join) => join.on('sessions.id', '=', id))
          .select(['consumers.name', 'sessions.id', 'sessions.start_ms', sql.lit('changed').as('kind')]),
      );
    await change(this.#database.writer, [session.compile(), wait.compile()]);
    for (const watcher of this.#watchers) watcher([id]);
  }

  async record(sightings: readonly Sighting[]): Promise<readonly Recorded[]> {
    const recorded = await this.#database.record(sightings);
    for (const watcher of this.#watchers)
      watcher(sightings.flatMap(({ session }, nth) => (recorded[nth] === 'stored' ? session : [])));
    return recorded;
  }

  watch(listener: (ids: readonly string[]) => void): () => void {
    this.#watchers.add(listener);
    return () => void this.#watchers.delete(listener);
  }

  async endAccess(id: string, atMs: number): Promise<void> {
    const query = this.#queries
      .updateTable('sessions')
      .set({ access_ended_ms: atMs })
      .where('id', '=', id)
      .where('access_ended_ms', 'is', null);
    await change(this.#database.writer, [query.compile()]);
  }

  findAccess(id: string): Promise<Access | undefined> {
    return this.#database.findAccess(id);
  }

  async findSession(id: string): Promise<Session | undefined> {
    const query = this.#sessions().where((eb) => eb.or([eb('sessions.id', '=', id), eb('sessions.ref', '=', id)]));
    const [row] = await rowsOf(this.#database.reader, query.compile());
    return row && toSession(row);
  }

  async searchSessions({ filter, ...search }: SessionSearch): Promise<SessionPage> {
    const { reader, page, ...others } = filter;
    const found = reader && (await this.#nameReader(reader, search.sort));
    if (reader && found === undefined) return { sessions: [], next: undefined };
    const pageId = page && ('id' in page ? page.id : await this.totals.pageIdOf(page.name));
    const filtered = { ...search, filter: { ...others, reader: found, pageId } };
    return searchSessions(filtered, this.#queries, this.#database.reader);
  }

  /** Undefined: nothing is known of this reader. */
  async #nameReader(reader: NonNullable<SessionFilter['reader']>, sort: SessionSort): Promise<string | undefined> {
    if (sort !== 'start') return 'id' in reader ? reader.id : this.totals.readerIdOf(reader.email);
    return 'email' in reader ? reader.email : (await this.totals.findReader(reader))?.email;
  }

  async listSessions({ email, pageSize, after }: SessionQuery): Promise<readonly Session[]> {
    const { sessions } = await this.searchSessions({
      filter: email === undefined ? {} : { reader: { email } },
      sort: 'start',
      pageSize,
      after: after && { value: after.startMs, id: after.id },
      nowMs: 0,
    });
    return sessions;
  }

  async countReading(nowMs: number): Promise<number> {
    const [row] = await rowsOf(this.#database.reader, compileCountReading(this.#queries, nowMs));
    return row?.count ?? 0;
  }

  async listSpans(sessionId: string): Promise<readonly StoredSpan[]> {
    const spans: StoredSpan[] = [];
    for (let after: string | undefined = ''; after !== undefined;) {
      const query = this.#queries
        .selectFrom('spans')
        .selectAll()
        .where('session_id', '=', sessionId)
        .where('id', '>', after)
        .orderBy('id')
        .limit(SPANS_AT_ONCE);
      const rows: readonly Selectable<Tables['spans']>[] = await rowsOf(this.#database.reader, query.compile());
      for (const row of rows) spans.push(toSpan(row));
      after = rows.length < SPANS_AT_ONCE ? undefined : rows.at(-1)?.id;
    }
    // Those that start together stay in the order of their ids.
    return spans.toSorted((one, other) => one.startMs - other.startMs);
  }

  async listSpansAfter(
    sessionId: string,
    after: Pick<StoredSpan, 'startMs' | 'id'> | undefined,
    limit: number,
  ): Promise<readonly StoredSpan[]> {
    // No index has this order: it would cost each span, and a session has 20,000 of them at most.
    let query = this.#queries
      .selectFrom('spans')
      .selectAll()
      .where('session_id', '=', sessionId)
      .orderBy('start_ms')
      .orderBy('id')
      .limit(limit);
    if (after) query = query.where((eb) => eb(eb.refTuple('start_ms', 'id'), '>', eb.tuple(after.startMs, after.id)));
    return (await rowsOf(this.#database.reader, query.compile())).map(toSpan);
  }

  deleteSessions(ids: readonly string[], atMs: number): Promise<number> {
    return deleteSessions(ids, atMs, this.#queries, this.#database, this.totals);
  }

  async check(): Promise<void> {
    await this.#database.writer.run([{ sql: 'SELECT 1', parameters: [] }]);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #sessions() {
    return this.#queries
      .selectFrom('sessions')
      .leftJoin('told', (join) => join.onRef('told.session_id', '=', 'sessions.id').on('told.consumer', '=', NOCODB))
      .selectAll('sessions')
      .select('told.revision as told_revision');
  }
}
