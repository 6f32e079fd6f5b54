// Counts sessions: replaces what they added to the totals by what they add now. Counting a session again changes nothing.
// Nobody waits for it, so it reads on the reading connection, and each of its transactions is short.
import { randomInt } from 'node:crypto';
import type { Kysely } from 'kysely';
import { chunk } from './chunk.ts';
import { exclusionOf, type Contribution } from './contribution.ts';
import type { Database, SessionKey } from './database.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { Recount, type RecountStep } from './recount.ts';
import { OUTDATED, rowsOf, toStatement, type Answer, type Statement } from './runner.ts';
import type { Tables } from './schema.ts';
import { loadContributions, type LoadedSession } from './sql-contributions.ts';
import { loadCounted, type Counted } from './sql-counted.ts';
import { SqlRows } from './sql-rows.ts';
import {
  compileCountedSessions,
  compileReaderPages,
  compileReduction,
  compileTotals,
  upsert,
} from './sql-totals-change.ts';
import { SLOT_MS } from './time-slots.ts';
import { TotalsChange } from './totals-change.ts';

const SESSIONS_AT_ONCE = 100;
/** Pages and slots that one transaction changes. More take longer than a beat should wait (docs/internals/store.md). */
const PARTS_A_STEP = 200;
/** Sessions are loaded together as long as they have about so many rows. */
const ROWS_AT_ONCE = 1_000;
/** Only the deletion of sessions, or a process that was believed to be gone, can come between. */
const TRIES = 5;
const MAX_VERSION = 2 ** 47;

type Candidate = Pick<Tables['sessions'], 'id' | 'email'>;

type Target = Pick<LoadedSession, 'id' | 'readerId' | 'email' | 'revision' | 'target'>;

/** What was counted of sessions, and the versions of their readers, which change with everything that is counted. */
interface Before {
  readonly counted: Map<string, Counted>;
  readonly versions: Map<string, number>;
}

export class SqlCounting {
  readonly #database: Pick<Database, 'reader' | 'writer' | 'lockSessions' | 'sessionKey'>;
  readonly #queries: Kysely<Tables>;
  readonly #rows: SqlRows;

  constructor(database: Pick<Database, 'reader' | 'writer' | 'lockSessions' | 'sessionKey'>, queries: Kysely<Tables>) {
    this.#database = database;
    this.#queries = queries;
    this.#rows = new SqlRows(queries);
  }

  async count(ids: readonly string[], hash: KeyedHash): Promise<void> {
    for (const some of chunk([...new Set(ids)], SESSIONS_AT_ONCE)) {
      const groups = await this.#groupsOf(some);
      for (const group of groups) await tryAgain(() => this.#countGroup(group, hash));
      // Deleted by hand, and not by `remove`.
      const found = new Set(groups.flat().map(({ id }) => id));
      await this.remove(
        some.filter((id) => !found.has(id)),
        [],
      );
    }
  }

  async #countGroup(group: readonly Candidate[], hash: KeyedHash): Promise<void> {
    const ids = group.map(({ id }) => id);
    const before = await this.#loadBefore([...new Set(group.map(({ email }) => hash('reader', email)))]);
    const { sessions, pageNames } = await loadContributions(this.#queries, this.#database.reader, hash, ids);
    await this.#loadCounted(ids, before);
    const news = sessions.filter((one) => isNews(one, before.counted.get(one.id)));
    await this.#countTogether(news, before, pageNames);
  }

  /**
   * Takes the sessions out of the totals.
   * @param ids a few hundred at most, since their totals change in one transaction.
   * @param deletions delete the sessions, in the same transaction. Empty: they are deleted already.
   * @returns the number of rows that each of the deletions changed.
   */
  async remove(ids: readonly string[], deletions: readonly Statement[]): Promise<readonly number[]> {
    return ids.length > 0 ? tryAgain(() => this.#remove(ids, deletions)) : [];
  }

  async #remove(ids: readonly string[], deletions: readonly Statement[]): Promise<readonly number[]> {
    const query = this.#queries.selectFrom('counted_sessions').select('reader_id').where('session_id', 'in', ids);
    const readers = await rowsOf(this.#database.reader, query.compile());
    if (readers.length === 0 && deletions.length === 0) return [];
    const before = await this.#loadBefore([...new Set(readers.map((row) => row.reader_id))]);
    await this.#loadCounted(ids, before);
    const targets = [...before.counted].map(([id, counted]) => nothingOf(id, counted));
    if (deletions.length > 0 && sizeOf(before.counted) > PARTS_A_STEP)
      await this.#countTogether(targets, before, new Map());
    const change = new TotalsChange();
    for (const { readerId, contribution } of before.counted.values()) uncount(readerId, contribution, change);
    const tables = ['counted_pages', 'counted_slots', 'uncounted_sessions'] as const;
    // One that was counted since it was looked for would stay in the totals: no version guards what was not counted.
    const counted = this.#queries.deleteFrom('counted_sessions').where('session_id', 'in', ids).compile();
    const answers = await this.#write([
      ...deletions,
      ...(await this.#compileTotals(change, targets, before, new Map())),
      ...tables.map((table) => this.#queries.deleteFrom(table).where('session_id', 'in', ids).compile()),
      { ...counted, mustChange: before.counted.size },
      ...compileReduction(this.#queries, change),
    ]);
    return answers.slice(0, deletions.length).map(({ changes }) => changes);
  }

  /** Sessions that exist, in groups that are loaded at once. */
  async #groupsOf(ids: readonly string[]): Promise<readonly (readonly Candidate[])[]> {
    const query = this.#queries
      .selectFrom('sessions')
      .select(['id', 'email', 'span_count', 'stretch_count', 'reading_ms'])
      .where('id', 'in', ids);
    const groups: Candidate[][] = [];
    let room = 0;
    for (const row of await rowsOf(this.#database.reader, query.compile())) {
      const size = 1 + row.span_count + row.stretch_count + row.reading_ms / SLOT_MS;
      room -= size;
      const group = groups.at(-1);
      if (group && room >= 0) group.push(row);
      else {
        groups.push([row]);
        room = ROWS_AT_ONCE - size;
      }
    }
    return groups;
  }

  /** To call first: if the versions are the same when the totals change, so is what was counted. */
  async #loadBefore(readers: readonly string[]): Promise<Before> {
    const query = this.#queries.selectFrom('reader_totals').select(['id', 'version']).where('id', 'in', readers);
    const rows = readers.length > 0 ? await rowsOf(this.#database.reader, query.compile()) : [];
    return { counted: new Map(), versions: new Map(rows.map(({ id, version }) => [id, version])) };
  }

  async #loadCounted(ids: readonly string[], { counted }: Before): Promise<void> {
    for (const [id, one] of await loadCounted(this.#queries, this.#database.reader, ids)) counted.set(id, one);
  }

  /** Counts all of the sessions, step by step. */
  async #countTogether(
    sessions: readonly Target[],
    before: Before,
    pageNames: ReadonlyMap<string, string>,
  ): Promise<void> {
    const left = sessions.map((session) => {
      const counted = before.counted.get(session.id)?.contribution;
      return { session, recount: new Recount(session.readerId, counted, session.target) };
    });
    while (left.length > 0) {
      const change = new TotalsChange();
      const steps: (RecountStep & { readonly session: Target; readonly isComplete: boolean })[] = [];
      for (let room = PARTS_A_STEP; room > 0; left.shift()) {
        const [next] = left;
        if (!next) break;
        const step = next.recount.step(room, change);
        const { isComplete } = next.recount;
        steps.push({ ...step, session: next.session, isComplete });
        room -= step.pages.length + step.slots.length;
        if (!isComplete) break;
      }
      const targets = steps.map(({ session }) => session);
      await this.#write([
        ...this.#database.lockSessions(
          targets.map(({ id }) => id),
          'stay',
        ),
        ...(await this.#compileTotals(change, targets, before, pageNames)),
        ...this.#compileCounted(steps),
        ...compileReduction(this.#queries, change),
      ]);
    }
    for (const { id, readerId, revision, target } of sessions)
      before.counted.set(id, { readerId, revision, contribution: target });
  }

  /** Gives the readers new versions, which it puts to `before`. */
  async #compileTotals(
    change: TotalsChange,
    targets: readonly Target[],
    { versions }: Before,
    pageNames: ReadonlyMap<string, string>,
  ): Promise<readonly Statement[]> {
    const emails = new Map(targets.map(({ readerId, email }) => [readerId, email]));
    const readers = [...emails].map(([id, email]) => {
      const reader = { id, email, version: versions.get(id), nextVersion: randomInt(1, MAX_VERSION) };
      versions.set(id, reader.nextVersion);
      return reader;
    });
    const newReaders = await this.#countNewReaders(change);
    return compileTotals(this.#rows, change, readers, pageNames, newReaders);
  }

  /** How many readers each page gets, less those whom it loses. */
  async #countNewReaders(change: TotalsChange): Promise<ReadonlyMap<string, number>> {
    const changed = change.readerPages.list().filter(({ sessions }) => sessions !== 0);
    const pairs = changed.map(({ reader_id: reader, page_id: page }) => ({ reader_id: reader, page_id: page }));
    const answers = await this.#database.reader.run(compileReaderPages(this.#rows, pairs));
    const before = new Map<string, number>();
    for (const { rows } of answers)
      for (const row of rows as readonly Tables['reader_page_totals'][])
        before.set(`${row.reader_id} ${row.page_id}`, row.sessions);
    const newReaders = new Map<string, number>();
    for (const { reader_id: reader, page_id: page, sessions } of changed) {
      const known = before.get(`${reader} ${page}`) ?? 0;
      const more = Number(known + sessions > 0) - Number(known > 0);
      newReaders.set(page, (newReaders.get(page) ?? 0) + more);
    }
    return newReaders;
  }

  #write(statements: readonly Statement[]): Promise<readonly Answer[]> {
    return this.#database.writer.run(statements.map(toStatement));
  }

  #compileCounted(
    steps: readonly (RecountStep & { readonly session: Target; readonly isComplete: boolean })[],
  ): readonly Statement[] {
    const keyOf = (id: string): SessionKey => this.#database.sessionKey(id);
    const sessions = steps.map(({ session: { id, readerId, revision, target }, isComplete }) => ({
      ...keyOf(id),
      reader_id: readerId,
      revision: isComplete ? revision : 0,
      counted_as: target.session.countedAs,
      reading_ms: target.session.readingMs,
      visits: target.session.visits,
      last_ms: target.session.lastMs,
      start_slot: target.session.startSlot,
    }));
    const pages = steps.flatMap(({ session, pages: changed }) =>
      changed.map(([page, part]) => ({
        ...keyOf(session.id),
        page_id: page,
        reading_ms: part?.readingMs ?? 0,
        last_ms: part?.lastMs ?? 0,
      })),
    );
    const slots = steps.flatMap(({ session, slots: changed }) =>
      changed.map(([slot, part]) => ({
        ...keyOf(session.id),
        slot,
        reading_ms: part?.readingMs ?? 0,
        visits: part?.visits ?? 0,
      })),
    );
    const key = Object.keys(keyOf(''));
    return [
      ...compileCountedSessions(this.#rows, key, sessions),
      ...upsert(this.#rows, 'counted_pages', [...key, 'page_id'], pages),
      ...upsert(this.#rows, 'counted_slots', [...key, 'slot'], slots),
    ];
  }
}

/** Whether the session has changed since it was counted. Excluding it changes no revision. */
function isNews({ revision, target }: LoadedSession, counted: Counted | undefined): boolean {
  if (!counted || counted.revision !== revision) return true;
  return (counted.contribution.session.countedAs === 'excluded') !== (target.session.countedAs === 'excluded');
}

/** To count nothing of a session that was counted. Its revision is unknown. */
function nothingOf(id: string, { readerId, contribution }: Counted): Target {
  return { id, email: '', readerId, revision: 0, target: exclusionOf(contribution.session.startSlot) };
}

function uncount(readerId: string, counted: Contribution, change: TotalsChange): void {
  change.session(readerId, counted.session, undefined);
  for (const [id, part] of counted.pages) change.page(readerId, id, part, undefined);
  for (const [slot, part] of counted.slots) change.slot(readerId, slot, part, undefined);
}

function sizeOf(counted: ReadonlyMap<string, Counted>): number {
  const sizes = [...counted.values()].map(({ contribution: { pages, slots } }) => pages.size + slots.size);
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function tryAgain<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await work();
    } catch (error) {
      if (tries === TRIES || !isOutdated(error)) throw error;
    }
}

/** A row that was counted on is gone, or one that was not there is there now. */
function isOutdated(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === OUTDATED || /constraint/i.test(String(error));
}
