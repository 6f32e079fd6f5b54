// Writes what is kept about one reader as JSON, in pieces.
import type { SessionStore } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import { visitsOf } from '../store/visits.ts';
import { viewExported, viewSpan, viewVisit } from './views.ts';

/**
 * A {@link ReaderExport} or an {@link OwnRecord}.
 * @param sessions of the reader.
 * @param head the properties before `sessions`.
 * @param now epoch milliseconds.
 */
export async function* writeReader(
  store: Pick<SessionStore, 'listSpans'>,
  sessions: AsyncIterable<Session>,
  head: { readonly emailOfAccessor: string },
  now: number,
): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"sessions":[`;
  let isFirst = true;
  for await (const session of sessions) {
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
