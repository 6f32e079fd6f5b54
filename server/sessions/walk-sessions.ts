// All sessions that a filter selects, page by page, for code on the server and for the commands.
import type { Session } from '../store/session.ts';
import type { SessionCursor } from '../store/session-query.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { FilteredSessions } from './session-search.ts';

const PAGE_SIZE = 500;

/**
 * Reads them while you iterate. Sessions that begin meanwhile are left out.
 * @param nowMs for the state. Epoch milliseconds.
 */
export async function* walkSessions(
  store: Pick<SessionStore, 'searchSessions'>,
  filtered: FilteredSessions,
  nowMs: number,
): AsyncGenerator<Session> {
  let after: SessionCursor | undefined;
  do {
    const { sessions, next } = await store.searchSessions({ ...filtered, pageSize: PAGE_SIZE, after, nowMs });
    yield* sessions;
    after = next;
  } while (after);
}
