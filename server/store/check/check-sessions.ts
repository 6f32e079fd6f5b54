// Checks the sessions of a store page by page. What belongs to a session is read in one transaction, so a session that a server
// records meanwhile is not taken for a wrong one.
import type { Kysely, Selectable } from 'kysely';
import type { SessionPart } from '../contribution.ts';
import { findKeyedHash, type KeyedHash } from '../keyed-hash.ts';
import type { Interval } from '../reading-time.ts';
import { runnerOn, type ReadOnlyStore } from '../read-only.ts';
import { Recount } from '../recount.ts';
import type { Tables } from '../schema.ts';
import { loadContributions } from '../sql-contributions.ts';
import { loadCounted } from '../sql-counted.ts';
import { faultsOf } from './session-faults.ts';

const SESSIONS_A_PAGE = 100;
/** A page has fewer sessions if they have more rows than this. */
const ROWS_A_PAGE = 10_000;

type SessionRow = Selectable<Tables['sessions']>;

export interface CheckedSessions {
  readonly sessions: number;
  readonly spans: number;
  /** Those that have changed since they were counted, or were never counted: the server counts them. */
  readonly uncounted: number;
}

/** @param onFault is called with the `ref` of a session and what is wrong with it. */
export async function checkSessions(
  store: ReadOnlyStore,
  onFault: (ref: string, fault: string) => void,
): Promise<CheckedSessions> {
  const checked = { sessions: 0, spans: 0, uncounted: 0 };
  for (let after: string | undefined = ''; after !== undefined;) {
    const from: string = after;
    after = await store.snapshot(async (db) => {
      const page = await loadPage(db, from);
      const hash = await findKeyedHash(db, runnerOn(db));
      const ids = page.map(({ id }) => id);
      const [spans, stretches] = [await loadSpans(db, ids), await loadStretches(db, ids)];
      for (const session of page) {
        const its = spans.get(session.id) ?? [];
        for (const fault of faultsOf({ session, spans: its, stretches: stretches.get(session.id) ?? [] }))
          onFault(session.ref, fault);
        checked.spans += its.length;
      }
      const counting = await checkCounted(db, hash, page);
      for (const ref of counting.wrong) onFault(ref, 'what was counted of it is not what counting it again gives');
      checked.sessions += page.length;
      checked.uncounted += counting.uncounted;
      return page.at(-1)?.id;
    });
  }
  return checked;
}

/** The next sessions: at least one, if there is one. */
async function loadPage(db: Kysely<Tables>, after: string): Promise<readonly SessionRow[]> {
  const query = db.selectFrom('sessions').selectAll().where('id', '>', after).orderBy('id').limit(SESSIONS_A_PAGE);
  const rows = await query.execute();
  let room = ROWS_A_PAGE;
  const end = rows.findIndex((row, nth) => (room -= row.span_count + row.stretch_count) < 0 && nth > 0);
  return end < 0 ? rows : rows.slice(0, end);
}

/** By session. */
async function loadSpans(
  db: Kysely<Tables>,
  sessions: readonly string[],
): Promise<ReadonlyMap<string, (Interval & { readonly id: string })[]>> {
  if (sessions.length === 0) return new Map();
  const query = db.selectFrom('spans').select(['session_id', 'id', 'start_ms as startMs', 'end_ms as endMs']);
  const rows = await query.where('session_id', 'in', sessions).execute();
  return Map.groupBy(rows, (row) => row.session_id);
}

/** By session, ordered by start. */
async function loadStretches(
  db: Kysely<Tables>,
  sessions: readonly string[],
): Promise<ReadonlyMap<string, readonly Interval[]>> {
  if (sessions.length === 0) return new Map();
  const query = db.selectFrom('stretches').select(['session_id', 'start_ms as startMs', 'end_ms as endMs']);
  const rows = await query.where('session_id', 'in', sessions).orderBy('start_ms').execute();
  return Map.groupBy(rows, (row) => row.session_id);
}

/** Compares what was counted with what counting again would give, for sessions that haven't changed since. */
async function checkCounted(
  db: Kysely<Tables>,
  hash: KeyedHash | undefined,
  page: readonly SessionRow[],
): Promise<{ readonly wrong: readonly string[]; readonly uncounted: number }> {
  if (!hash || page.length === 0) return { wrong: [], uncounted: page.length };
  const ids = page.map(({ id }) => id);
  const refs = new Map(page.map(({ id, ref }) => [id, ref]));
  const counted = await loadCounted(db, runnerOn(db), ids);
  const { sessions } = await loadContributions(db, runnerOn(db), hash, ids);
  const wrong: string[] = [];
  let uncounted = 0;
  for (const { id, revision, readerId, target } of sessions) {
    const before = counted.get(id);
    const isExcluded = target.session.countedAs === 'excluded';
    if (before?.revision !== revision || (before.contribution.session.countedAs === 'excluded') !== isExcluded) {
      uncounted++;
      continue;
    }
    const isSame =
      before.readerId === readerId &&
      isSamePart(before.contribution.session, target.session) &&
      new Recount(readerId, before.contribution, target).isComplete;
    if (!isSame) wrong.push(refs.get(id) ?? '');
  }
  return { wrong, uncounted };
}

function isSamePart(one: SessionPart, other: SessionPart): boolean {
  return (
    one.countedAs === other.countedAs &&
    one.readingMs === other.readingMs &&
    one.visits === other.visits &&
    one.lastMs === other.lastMs &&
    one.startSlot === other.startSlot
  );
}
