// The list of sessions and one session, as the holder of a shared link sees them. In cursors, a session is named by its ref, too.
import { HttpError } from '../http/http-error.ts';
import { isBelow } from '../store/page-prefix.ts';
import type { SessionStore, StoredSpan } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import type { Share } from '../store/shares.ts';
import type { SessionList } from '../../sw/protocol/owner-api.ts';
import { writeCursor } from './parameters.ts';
import { readSessionList, type FilteredSessions } from './session-search.ts';
import { narrowSession, sharedSession, spansBelow } from './share-scope.ts';
import { viewSession } from './views.ts';

/** One page of the list reads so many spans, and those of one session more. */
const MOST_SPANS = 20_000;

type Store = Pick<SessionStore, 'findSession' | 'listSpans' | 'searchSessions' | 'totals'>;

/**
 * A page can have fewer sessions than were asked for, or none, and still a next one.
 * @param values the parameters of the query, as given.
 * @param nowMs epoch milliseconds.
 * @throws HttpError 400 as for the owner; 403 for what the link doesn't show.
 */
export async function listSharedSessions(
  store: Store,
  share: Share,
  values: Readonly<Record<string, unknown>>,
  nowMs: number,
): Promise<SessionList> {
  const { after, ...search } = readSessionList(values);
  await checkFilter(store, share, search);
  const found = await store.searchSessions({
    ...search,
    filter: { ...search.filter, pagesBelow: share.pages ?? undefined },
    after: after && { ...after, id: (await findByRef(store, after.id)).id },
    nowMs,
  });
  const shown: Session[] = [];
  let { next } = found;
  let room = MOST_SPANS;
  for (const [nth, session] of found.sessions.entries()) {
    if (share.pages === null) shown.push(session);
    else {
      const spans = await store.listSpans(session.id);
      const below = spansBelow(spans, share.pages);
      if (below.length > 0) shown.push(narrowSession(session, below));
      room -= spans.length;
    }
    if (room > 0 || nth === found.sessions.length - 1) continue;
    // These lists are only sorted by start.
    next = { value: session.startMs, id: session.id };
    break;
  }
  const shared = await Promise.all(shown.map((session) => sharedSession(session, store.totals)));
  return {
    sessions: shared.map((session) => viewSession(session, nowMs)),
    ...(next && { next: writeCursor({ sort: search.sort, value: next.value, id: await refOf(store, next.id) }) }),
  };
}

/** @throws HttpError 404 if the link doesn't show it. */
export async function findShared(
  store: Pick<Store, 'findSession' | 'listSpans' | 'totals'>,
  share: Share,
  ref: string,
): Promise<{ readonly session: Session; readonly reader: string; readonly spans: readonly StoredSpan[] }> {
  const found = await store.findSession(ref);
  const spans = found?.ref === ref ? spansBelow(await store.listSpans(found.id), share.pages) : [];
  if (found?.ref !== ref || (share.pages !== null && spans.length === 0))
    throw new HttpError(404, 'There is no session with this id');
  const narrow = share.pages === null ? found : narrowSession(found, spans);
  return {
    session: await sharedSession(narrow, store.totals),
    reader: await store.totals.readerIdOf(found.email),
    spans,
  };
}

/**
 * A filter must not tell more than the list shows.
 * @throws HttpError 403
 */
export async function checkFilter(
  { totals }: Pick<Store, 'totals'>,
  { pages }: Share,
  { filter: { reader, page, state, text }, sort }: FilteredSessions,
): Promise<void> {
  const refuse = (parameter: string, why: string): never => {
    throw new HttpError(403, `${parameter}: can't be used with a shared link, because ${why}`);
  };
  if (reader && 'email' in reader) refuse('reader', 'it shows no addresses; use the id of a reader');
  if (text !== undefined) refuse('q', 'it looks for addresses');
  if (pages === null) return;
  const why = `this one only shows pages below ${pages}`;
  if (sort !== 'start') refuse('sort', why);
  if (state) refuse('state', why);
  if (page && !isBelow('name' in page ? page.name : ((await totals.findPage(page))?.name ?? ''), pages))
    refuse('page', why);
}

async function findByRef(store: Pick<Store, 'findSession'>, ref: string): Promise<Session> {
  const found = await store.findSession(ref);
  if (found?.ref !== ref) throw new HttpError(400, 'cursor: must be the "next" of an earlier answer');
  return found;
}

async function refOf(store: Pick<Store, 'findSession'>, id: string): Promise<string> {
  const found = await store.findSession(id);
  if (!found) throw new HttpError(503, 'A session was just deleted; try again', { retryAfterSeconds: 1 });
  return found.ref;
}
