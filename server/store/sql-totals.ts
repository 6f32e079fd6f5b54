// The totals in SQL that is the same for every database. Lists are read from the totals alone, by an index, so they cost the
// same however many sessions there are.
import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely';
import { chunk } from './chunk.ts';
import type { Database } from './database.ts';
import { toDistribution } from './distribution.ts';
import type { Bucket } from './histogram.ts';
import { openKeyedHash, type KeyedHash } from './keyed-hash.ts';
import { pageKey } from './page-key.ts';
import { isNameBelow } from './page-prefix.ts';
import { rowsOf, type Statement } from './runner.ts';
import type { Tables } from './schema.ts';
import { SqlCounting } from './sql-counting.ts';
import { SqlDays } from './sql-days.ts';
import { SqlExclusion } from './sql-exclusion.ts';
import { SqlUncounted } from './sql-uncounted.ts';
import { SLOT_MS } from './time-slots.ts';
import type {
  Counting,
  DaysQuery,
  DayTotals,
  PageTotals,
  ReaderPageTotals,
  ReaderTotals,
  Totals,
  TotalsQuery,
  TotalsSort,
} from './totals.ts';

const COLUMNS = { last: 'last_ms', reading: 'reading_ms', sessions: 'sessions' } as const satisfies Record<
  TotalsSort,
  string
>;
const READERS_AT_ONCE = 500;

/** Written out, as in the partial indexes: a database doesn't use them with a parameter. */
const wasRead = sql<SqlBool>`sessions > 0`;
const wasOpenedOnly = sql<SqlBool>`sessions = 0 AND opened > 0`;

export class SqlTotals implements Totals {
  readonly #database: Pick<Database, 'reader' | 'writer' | 'lockSessions' | 'sessionKey'>;
  readonly #queries: Kysely<Tables>;
  readonly #counting: SqlCounting;
  readonly #exclusion: SqlExclusion;
  readonly #days: SqlDays;
  readonly counting: Counting;
  #hash: Promise<KeyedHash> | undefined;

  constructor(database: Pick<Database, 'reader' | 'writer' | 'lockSessions' | 'sessionKey'>, queries: Kysely<Tables>) {
    this.#database = database;
    this.#queries = queries;
    this.#counting = new SqlCounting(database, queries);
    this.#days = new SqlDays(database, queries);
    const uncounted = new SqlUncounted(database, queries);
    this.counting = {
      count: async (ids) => this.#counting.count(ids, await this.#openHash()),
      remember: (ids) => uncounted.remember(ids),
      listRemembered: (limit) => uncounted.listRemembered(limit),
      forget: (ids) => uncounted.forget(ids),
      compare: (before) => uncounted.compare(before),
    };
    this.#exclusion = new SqlExclusion(database, queries, (ids) => uncounted.remember(ids));
  }

  listReaders(query: TotalsQuery): Promise<readonly ReaderTotals[]> {
    return this.#listReaders(query, wasRead);
  }

  listOpened(query: Omit<TotalsQuery, 'sort'>): Promise<readonly ReaderTotals[]> {
    return this.#listReaders({ ...query, sort: 'last' }, wasOpenedOnly);
  }

  /** There are few of them, so they are found by their ids and sorted here. */
  async listExcluded({ pageSize, after }: Omit<TotalsQuery, 'sort'>): Promise<readonly ReaderTotals[]> {
    const ids = await Promise.all((await this.#exclusion.listReaders()).map((email) => this.readerIdOf(email)));
    const found: ReaderTotals[] = [];
    for (const some of chunk(ids, READERS_AT_ONCE)) {
      const query = this.#readers().where('id', 'in', some);
      found.push(...(await this.#toReaders(await rowsOf(this.#database.reader, query.compile()))));
    }
    return found
      .filter(({ lastMs, id }) => !after || lastMs < after.value || (lastMs === after.value && id < after.id))
      .toSorted((one, other) => other.lastMs - one.lastMs || (one.id < other.id ? 1 : -1))
      .slice(0, pageSize);
  }

  async #listReaders(
    { sort, pageSize, after }: TotalsQuery,
    which: RawBuilder<SqlBool>,
  ): Promise<readonly ReaderTotals[]> {
    const column = COLUMNS[sort];
    let query = this.#readers().where(which).orderBy(column, 'desc').orderBy('id', 'desc').limit(pageSize);
    if (after) query = query.where((eb) => eb(eb.refTuple(column, 'id'), '<', eb.tuple(after.value, after.id)));
    return this.#toReaders(await rowsOf(this.#database.reader, query.compile()));
  }

  async listPages({
    sort,
    pageSize,
    after,
    below,
  }: TotalsQuery & { readonly below?: string | undefined }): Promise<readonly PageTotals[]> {
    const column = COLUMNS[sort];
    let query = this.#queries
      .selectFrom('page_totals')
      .selectAll()
      .where(wasRead)
      .orderBy(column, 'desc')
      .orderBy('id', 'desc')
      .limit(pageSize);
    if (after) query = query.where((eb) => eb(eb.refTuple(column, 'id'), '<', eb.tuple(after.value, after.id)));
    if (below !== undefined) query = query.where(isNameBelow(sql`name`, below));
    return this.#toPages(await rowsOf(this.#database.reader, query.compile()));
  }

  async listReaderPages(
    query: Omit<TotalsQuery, 'sort'> & ({ readonly readerId: string } | { readonly pageId: string }),
  ): Promise<readonly ReaderPageTotals[]> {
    const [key, id, other] =
      'readerId' in query
        ? (['reader_id', query.readerId, 'page_id'] as const)
        : (['page_id', query.pageId, 'reader_id'] as const);
    let some = this.#queries
      .selectFrom('reader_page_totals as pair')
      .innerJoin('reader_totals as reader', 'reader.id', 'pair.reader_id')
      .innerJoin('page_totals as page', 'page.id', 'pair.page_id')
      .select([
        'pair.reader_id as readerId',
        'reader.email',
        'pair.page_id as pageId',
        'page.name as page',
        'pair.sessions',
        'pair.reading_ms as readingMs',
      ])
      .where(`pair.${key}`, '=', id)
      .where(sql<SqlBool>`pair.sessions > 0`)
      .orderBy('pair.reading_ms', 'desc')
      .orderBy(`pair.${other}`, 'desc')
      .limit(query.pageSize);
    const { after } = query;
    if (after)
      some = some.where((eb) =>
        eb(eb.refTuple('pair.reading_ms', `pair.${other}`), '<', eb.tuple(after.value, after.id)),
      );
    return rowsOf(this.#database.reader, some.compile());
  }

  listDays(query: DaysQuery): Promise<readonly DayTotals[]> {
    return this.#days.list(query);
  }

  async findFirstMs(): Promise<number | undefined> {
    const query = this.#queries.selectFrom('slot_totals').select('slot').orderBy('slot').limit(1);
    const [row] = await rowsOf(this.#database.reader, query.compile());
    return row && row.slot * SLOT_MS;
  }

  async findReader(which: { readonly id: string } | { readonly email: string }): Promise<ReaderTotals | undefined> {
    const id = 'id' in which ? which.id : await this.readerIdOf(which.email);
    const query = this.#readers().where('id', '=', id);
    const [reader] = await this.#toReaders(await rowsOf(this.#database.reader, query.compile()));
    return reader;
  }

  async findPage(which: { readonly id: string } | { readonly name: string }): Promise<PageTotals | undefined> {
    const id = 'id' in which ? which.id : await this.pageIdOf(which.name);
    const query = this.#queries.selectFrom('page_totals').selectAll().where('id', '=', id);
    const [page] = await this.#toPages(await rowsOf(this.#database.reader, query.compile()));
    return page;
  }

  async readerIdOf(email: string): Promise<string> {
    return (await this.#openHash())('reader', email);
  }

  async pageIdOf(name: string): Promise<string> {
    return (await this.#openHash())('page', pageKey(name));
  }

  async listPagesOfSession(
    sessionId: string,
  ): Promise<readonly { readonly page: string; readonly readingMs: number }[]> {
    const query = this.#queries
      .selectFrom('counted_pages')
      .innerJoin('page_totals', 'page_totals.id', 'counted_pages.page_id')
      .select(['page_totals.name as page', 'counted_pages.reading_ms as readingMs'])
      .where('counted_pages.session_id', '=', sessionId)
      .where('counted_pages.reading_ms', '>', 0)
      .orderBy('counted_pages.reading_ms', 'desc');
    return rowsOf(this.#database.reader, query.compile());
  }

  setExcluded(sessionId: string, isExcluded: boolean): Promise<void> {
    return this.#exclusion.setSession(sessionId, isExcluded);
  }

  setReaderExcluded(email: string, isExcluded: boolean): Promise<void> {
    return this.#exclusion.setReader(email, isExcluded);
  }

  listExcludedReaders(): Promise<readonly string[]> {
    return this.#exclusion.listReaders();
  }

  remove(ids: readonly string[], deletions: readonly Statement[]): Promise<readonly number[]> {
    return this.#counting.remove(ids, deletions);
  }

  #readers() {
    return this.#queries
      .selectFrom('reader_totals')
      .selectAll()
      .select((eb) =>
        eb
          .selectFrom('sessions')
          .select('start_ms')
          .whereRef('sessions.email', '=', 'reader_totals.email')
          .orderBy('start_ms')
          .orderBy('sessions.id')
          .limit(1)
          .as('first_ms'),
      );
  }

  async #toReaders(
    rows: readonly (Tables['reader_totals'] & { readonly first_ms: number | null })[],
  ): Promise<readonly ReaderTotals[]> {
    const buckets = await this.#listBuckets(
      'reader_buckets',
      'reader_id',
      rows.map(({ id }) => id),
    );
    return rows.map(({ id, email, sessions, opened, visits, reading_ms: readingMs, last_ms, first_ms }) => ({
      id,
      email,
      sessions,
      opened,
      visits,
      readingMs,
      firstMs: first_ms ?? last_ms,
      lastMs: last_ms,
      ...toDistribution(buckets.get(id) ?? []),
    }));
  }

  async #toPages(rows: readonly Tables['page_totals'][]): Promise<readonly PageTotals[]> {
    const buckets = await this.#listBuckets(
      'page_buckets',
      'page_id',
      rows.map(({ id }) => id),
    );
    return rows.map(({ id, name, sessions, readers, reading_ms: readingMs, last_ms: lastMs }) => ({
      id,
      name,
      sessions,
      readers,
      readingMs,
      lastMs,
      ...toDistribution(buckets.get(id) ?? []),
    }));
  }

  async #listBuckets(
    table: 'reader_buckets' | 'page_buckets',
    key: 'reader_id' | 'page_id',
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, readonly Bucket[]>> {
    if (ids.length === 0) return new Map();
    const query = sql<Bucket & { readonly id: string }>`
      SELECT ${sql.ref(key)} AS id, bucket, sessions AS count FROM ${sql.table(table)}
      WHERE ${sql.ref(key)} IN (${sql.join(ids)}) ORDER BY ${sql.ref(key)}, bucket`;
    const rows = await rowsOf(this.#database.reader, query.compile(this.#queries));
    return Map.groupBy(rows, ({ id }) => id);
  }

  #openHash(): Promise<KeyedHash> {
    const opening = (this.#hash ??= openKeyedHash(this.#queries, this.#database.writer));
    // The next use tries again.
    opening.catch(() => (this.#hash = undefined));
    return opening;
  }
}
