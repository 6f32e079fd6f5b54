// Writes one session as JSON, in pieces: it can have 20,000 pages with long names, and other requests must be answered meanwhile.
import { setImmediate } from 'node:timers/promises';
import { PageTimes } from '../store/page-times.ts';
import { chunk } from '../store/chunk.ts';
import type { StoredSpan } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import { visitsOf } from '../store/visits.ts';
import { nextOfSpans, SPANS_A_PAGE } from './spans-page.ts';
import { viewPage, viewSession, viewSpan, viewVisit } from './views.ts';

const PIECE = 200;

/**
 * With its visits, all its pages, and the first of its spans.
 * @param reader the reader's id.
 * @param spans all of them, ordered by start.
 * @param now epoch milliseconds.
 */
export async function* writeSession(
  session: Session,
  reader: string,
  spans: readonly StoredSpan[],
  now: number,
): AsyncGenerator<string> {
  const pages = new PageTimes();
  for (const piece of chunk(spans, PIECE)) {
    for (const span of piece) pages.add(span);
    await setImmediate();
  }
  yield `${JSON.stringify({ ...viewSession(session, now), reader }).slice(0, -1)},"visits":[`;
  yield* writeItems(visitsOf(session, spans).map(viewVisit));
  yield '],"pages":[';
  yield* writeItems(pages.list().map(viewPage));
  yield '],"spans":[';
  yield* writeItems(spans.slice(0, SPANS_A_PAGE).map(viewSpan));
  const { next } = nextOfSpans(spans);
  yield next === undefined ? ']}' : `],"next":${JSON.stringify(next)}}`;
}

async function* writeItems(items: readonly object[]): AsyncGenerator<string> {
  for (const piece of chunk(items, PIECE)) {
    yield `${piece[0] === items[0] ? '' : ','}${piece.map((item) => JSON.stringify(item)).join(',')}`;
    await setImmediate();
  }
}
