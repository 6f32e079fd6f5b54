// Deletes all that names a reader, and what has not been read for long, in SQL that is the same for every database.
import { sql, type Kysely } from 'kysely';
import type { Database } from './database.ts';
import type { EndedBefore, Erased, Erasures, OutstandingErasure } from './erasures.ts';
import { findKept, type KeptWithAddress } from './kept-with-address.ts';
import { NOCODB } from './outbox.ts';
import { change, rowsOf, toStatement } from './runner.ts';
import type { Tables } from './schema.ts';
import { DELETED } from './sql-deletions.ts';

/** Each transaction of a deletion is smaller (delete-sessions.ts); this many ids are read at once. */
const SESSIONS_AT_ONCE = 200;

export class SqlErasures implements Erasures {
  readonly #queries: Kysely<Tables>;
  readonly #database: Database;
  readonly #deleteSessions: (ids: readonly string[], atMs: number) => Promise<number>;

  constructor(
    queries: Kysely<Tables>,
    database: Database,
    deleteSessions: (ids: readonly string[], atMs: number) => Promise<number>,
  ) {
    this.#queries = queries;
    this.#database = database;
    this.#deleteSessions = deleteSessions;
  }

  async preview(email: string, atMs: number): Promise<Erased> {
    const query = this.#sessionsOf(email, atMs).select((eb) => [
      eb.fn.countAll<number>().as('sessions'),
      eb.fn.coalesce(eb.fn.sum<number>('span_count'), sql.lit(0)).as('spans'),
    ]);
    const [found] = await rowsOf(this.#database.reader, query.compile());
    const { invitations, codes, refused, blockedSinceMs, isExcluded } = await this.findKept(email);
    return {
      sessions: found?.sessions ?? 0,
      spans: found?.spans ?? 0,
      invitations: invitations.filter(({ createdMs }) => createdMs <= atMs).length,
      codes: codes.length,
      refusals: refused?.tries ?? 0,
      isBlocked: blockedSinceMs !== undefined,
      isExcluded,
    };
  }

  async erase(email: string, atMs: number): Promise<Erased> {
    // First, so that nobody comes by one of them meanwhile.
    const uninvite = this.#queries.deleteFrom('invitations').where('email', '=', email).where('created_ms', '<=', atMs);
    const [invitations = 0] = await change(this.#database.writer, [uninvite.compile()]);
    let sessions = 0;
    let spans = 0;
    for (;;) {
      const query = this.#sessionsOf(email, atMs).select(['id', 'span_count']).limit(SESSIONS_AT_ONCE);
      const found = await rowsOf(this.#database.writer, query.compile());
      if (found.length === 0) break;
      sessions += await this.#deleteSessions(
        found.map(({ id }) => id),
        atMs,
      );
      spans += found.reduce((sum, { span_count: count }) => sum + count, 0);
    }
    return { sessions, spans, invitations, ...(await this.#eraseMarks(email)) };
  }

  findKept(email: string): Promise<KeptWithAddress> {
    return findKept(this.#queries, this.#database.reader, email);
  }

  async listOutstanding(): Promise<readonly OutstandingErasure[]> {
    const query = this.#queries
      .selectFrom('outbox')
      .select((eb) => ['consumer', eb.fn.countAll<number>().as('sessions')])
      .where('kind', '=', DELETED)
      // Messages that were posted or mailed can't be deleted: the rows of those consumers only end what is told.
      .where('consumer', '=', NOCODB)
      .groupBy('consumer')
      .orderBy('consumer');
    return rowsOf(this.#database.reader, query.compile());
  }

  async deleteUnseenSince(sinceMs: number, atMs: number, limit: number): Promise<number> {
    const query = this.#queries
      .selectFrom('sessions')
      .select('id')
      .where('start_ms', '<', sinceMs)
      .where((eb) => eb(eb.fn.coalesce('end_ms', 'start_ms'), '<', sinceMs))
      .orderBy('start_ms')
      .limit(limit);
    const found = await rowsOf(this.#database.reader, query.compile());
    return this.#deleteSessions(
      found.map(({ id }) => id),
      atMs,
    );
  }

  async deleteEnded({ linksMs, refusalsMs, codesMs }: EndedBefore, limit: number): Promise<number> {
    const endOfLink = sql<number>`coalesce(revoked_ms, until_ms)`;
    const links = (['invitations', 'shares'] as const).map((table) => {
      const ended = this.#queries.selectFrom(table).select('id').where(endOfLink, '<', linksMs).limit(limit);
      return this.#queries.deleteFrom(table).where('id', 'in', ended).compile();
    });
    const refused = this.#queries.selectFrom('refused_addresses').select('email').where('last_ms', '<', refusalsMs);
    const codes = this.#queries.selectFrom('codes').select('hash').where('sent_ms', '<', codesMs);
    const deleted = await change(this.#database.writer, [
      ...links,
      this.#queries.deleteFrom('refused_addresses').where('email', 'in', refused.limit(limit)).compile(),
      this.#queries.deleteFrom('codes').where('hash', 'in', codes.limit(limit)).compile(),
    ]);
    return deleted.reduce((sum, count) => sum + count, 0);
  }

  scrub(): Promise<boolean | undefined> {
    return this.#database.scrub();
  }

  async #eraseMarks(email: string): Promise<Pick<Erased, 'codes' | 'refusals' | 'isBlocked' | 'isExcluded'>> {
    const ofReader = (['codes', 'blocked_readers', 'excluded_readers'] as const).map((table) =>
      this.#queries.deleteFrom(table).where('email', '=', email),
    );
    const refused = this.#queries.deleteFrom('refused_addresses').where('email', '=', email).returning('tries');
    const statements = [...ofReader, refused].map((query) => toStatement(query.compile()));
    const [codes, blocked, excluded, tried] = await this.#database.writer.run(statements);
    const [tries] = (tried?.rows ?? []) as readonly Pick<Tables['refused_addresses'], 'tries'>[];
    return {
      codes: codes?.changes ?? 0,
      refusals: tries?.tries ?? 0,
      isBlocked: blocked?.changes === 1,
      isExcluded: excluded?.changes === 1,
    };
  }

  #sessionsOf(email: string, atMs: number) {
    return this.#queries.selectFrom('sessions').where('email', '=', email).where('start_ms', '<=', atMs);
  }
}
