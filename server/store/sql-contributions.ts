// Loads what sessions are to add to the totals: their reading, by page and time.
import { sql, type Kysely, type Selectable } from 'kysely';
import { contributionOf, type Contribution, type PagePart } from './contribution.ts';
import { Coverage } from './coverage.ts';
import type { KeyedHash } from './keyed-hash.ts';
import { pageKey } from './page-key.ts';
import type { Interval } from './reading-time.ts';
import { rowsOf, type Runner } from './runner.ts';
import type { Tables } from './schema.ts';
import { pagesOfRows } from './sql-pages-of-rows.ts';

export interface LoadedSession {
  readonly id: string;
  readonly readerId: string;
  readonly email: string;
  readonly revision: number;
  readonly target: Contribution;
}

export interface LoadedSessions {
  /** Those that exist. */
  readonly sessions: readonly LoadedSession[];
  /** The names of their pages, by id. */
  readonly pageNames: ReadonlyMap<string, string>;
}

type SpanRow = Pick<Selectable<Tables['spans']>, 'session_id' | 'id' | 'page' | 'start_ms' | 'end_ms'>;

interface PageReading {
  readonly coverage: Coverage;
  lastMs: number;
}

/** 1: the session isn't counted, or its reader isn't. */
export const isExcludedNow = sql<number>`CASE WHEN sessions.is_excluded = 1 OR EXISTS (
  SELECT 1 FROM excluded_readers WHERE excluded_readers.email = sessions.email) THEN 1 ELSE 0 END`;

/** What is loaded is at least as new as the revision that it is said to be. */
export async function loadContributions(
  queries: Kysely<Tables>,
  reader: Runner,
  hash: KeyedHash,
  ids: readonly string[],
): Promise<LoadedSessions> {
  const query = queries.selectFrom('sessions').selectAll().select(isExcludedNow.as('excluded')).where('id', 'in', ids);
  const rows = await rowsOf(reader, query.compile());
  const stretches = await loadStretches(queries, reader, ids);
  const { pages, pageNames } = await loadPages(queries, reader, hash, ids);
  const sessions = rows.map((row): LoadedSession => {
    const { id, email, revision, last_start_ms: startMs, last_end_ms: endMs } = row;
    const all = [...(stretches.get(id) ?? []), ...(startMs === null || endMs === null ? [] : [{ startMs, endMs }])];
    const session = {
      startMs: row.start_ms,
      endMs: row.end_ms,
      readingMs: row.reading_ms,
      endKnownBy: row.end_known_by,
      isExcluded: row.excluded === 1,
    };
    const target = contributionOf(session, all, partsOf(pages.get(id)));
    return { id, readerId: hash('reader', email), email, revision, target };
  });
  return { sessions, pageNames };
}

/** Without the last stretch of each session, which is in its own row. */
async function loadStretches(
  queries: Kysely<Tables>,
  reader: Runner,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly Interval[]>> {
  const stretches = new Map<string, Interval[]>();
  const pages = pagesOfRows<Selectable<Tables['stretches']>, number>(
    reader,
    ids,
    ({ start_ms: startMs }) => startMs,
    (which) => {
      const all = queries.selectFrom('stretches').selectAll().where('session_id', 'in', which.sessions);
      const some = 'after' in which ? all.where('start_ms', '>', which.after) : all;
      return some.orderBy('session_id').orderBy('start_ms').limit(which.limit).compile();
    },
  );
  for await (const rows of pages)
    for (const { session_id: id, start_ms: startMs, end_ms: endMs } of rows)
      entryOf(stretches, id, () => []).push({ startMs, endMs });
  return stretches;
}

async function loadPages(
  queries: Kysely<Tables>,
  reader: Runner,
  hash: KeyedHash,
  ids: readonly string[],
): Promise<{
  readonly pages: ReadonlyMap<string, ReadonlyMap<string, PageReading>>;
  readonly pageNames: ReadonlyMap<string, string>;
}> {
  const pages = new Map<string, Map<string, PageReading>>();
  const pageNames = new Map<string, string>();
  const spans = pagesOfRows<SpanRow, string>(
    reader,
    ids,
    ({ id }) => id,
    (which) => {
      const all = queries
        .selectFrom('spans')
        .select(['session_id', 'id', 'page', 'start_ms', 'end_ms'])
        .where('session_id', 'in', which.sessions);
      const some = 'after' in which ? all.where('id', '>', which.after) : all;
      return some.orderBy('session_id').orderBy('id').limit(which.limit).compile();
    },
  );
  for await (const rows of spans) {
    const read = new Map<PageReading, Interval[]>();
    for (const { session_id: session, page, start_ms: startMs, end_ms: endMs } of rows) {
      const id = hash('page', pageKey(page));
      if (!pageNames.has(id)) pageNames.set(id, page);
      const ofSession = entryOf(pages, session, () => new Map<string, PageReading>());
      const reading = entryOf(ofSession, id, () => ({ coverage: new Coverage(), lastMs: 0 }));
      reading.lastMs = Math.max(reading.lastMs, endMs);
      entryOf(read, reading, () => []).push({ startMs, endMs });
    }
    for (const [reading, intervals] of read) reading.coverage.add(intervals);
  }
  return { pages, pageNames };
}

/** Only pages that were read. */
function partsOf(pages: ReadonlyMap<string, PageReading> | undefined): ReadonlyMap<string, PagePart> {
  const parts = new Map<string, PagePart>();
  for (const [id, { coverage, lastMs }] of pages ?? []) {
    const readingMs = coverage.coveredMs;
    if (readingMs > 0) parts.set(id, { readingMs, lastMs });
  }
  return parts;
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
