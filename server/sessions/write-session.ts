// Writes one session with all its spans as JSON, in pieces. It can be 80 MB, and other requests must be answered
// meanwhile.
import { setImmediate } from 'node:timers/promises';
import { PageTimes } from '../store/page-times.ts';
import { chunk } from '../store/chunk.ts';
import type { StoredSpan } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import type { PageView } from '../../sw/protocol/owner-api.ts';
import { viewSession, viewSpan } from './views.ts';

const PIECE = 200;

/**
 * @param spans ordered by start.
 * @param now epoch milliseconds.
 */
export async function* writeSession(
  session: Session,
  spans: readonly StoredSpan[],
  now: number,
): AsyncGenerator<string> {
  const pages = new PageTimes();
  yield `${JSON.stringify(viewSession(session, now)).slice(0, -1)},"spans":[`;
  for (const piece of chunk(spans, PIECE)) {
    for (const span of piece) pages.add(span);
    yield writeItems(piece.map(viewSpan), piece[0] === spans[0]);
    await setImmediate();
  }
  yield '],"pages":[';
  const views = pages.list().map(({ page, readingMs }): PageView => ({ page, readingTimeMs: readingMs }));
  for (const piece of chunk(views, PIECE)) {
    yield writeItems(piece, piece[0] === views[0]);
    await setImmediate();
  }
  yield ']}';
}

function writeItems(items: readonly object[], areFirst: boolean): string {
  return `${areFirst ? '' : ','}${items.map((item) => JSON.stringify(item)).join(',')}`;
}
