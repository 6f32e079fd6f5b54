// Writes everything about one reader as JSON, in pieces: for a reader who asks what is kept.
import type { SessionStore } from '../store/session-store.ts';
import { visitsOf } from '../store/visits.ts';
import { viewExported, viewSpan, viewVisit } from './views.ts';
import { walkSessions } from './walk-sessions.ts';

/** @param now epoch milliseconds. */
export async function* writeReader(
  store: Pick<SessionStore, 'searchSessions' | 'listSpans'>,
  email: string,
  now: number,
): AsyncGenerator<string> {
  yield `{"emailOfAccessor":${JSON.stringify(email)},"sessions":[`;
  let isFirst = true;
  for await (const session of walkSessions(store, { filter: { reader: { email } }, sort: 'start' }, now)) {
    const spans = await store.listSpans(session.id);
    const shown = {
      ...viewExported(session, now),
      visits: visitsOf(session, spans).map(viewVisit),
      spans: spans.map(viewSpan),
    };
    yield `${isFirst ? '' : ','}${JSON.stringify(shown)}`;
    isFirst = false;
  }
  yield ']}';
}
