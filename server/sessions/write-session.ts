// Writes one session with all its spans as JSON, in pieces. It can be 80 MB, and other requests must be answered
// meanwhile.
import { setImmediate } from 'node:timers/promises';
import { pageKey } from '../deliveries/page-name.ts';
import { chunk } from '../store/chunk.ts';
import type { StoredSpan } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import type { PageView } from '../../sw/protocol/owner-api.ts';
import { viewSession, viewSpan } from './views.ts';

const PIECE = 200;

/** @param spans ordered by start. */
export async function* writeSession(session: Session, spans: readonly StoredSpan[]): AsyncGenerator<string> {
  const pages = new Map<string, PageTime>();
  yield `${JSON.stringify(viewSession(session)).slice(0, -1)},"spans":[`;
  for (const piece of chunk(spans, PIECE)) {
    for (const span of piece) addTo(pages, span);
    yield writeItems(piece.map(viewSpan), piece[0] === spans[0]);
    await setImmediate();
  }
  yield '],"pages":[';
  const views = [...pages.values()].map(({ page, readingTimeMs }): PageView => ({ page, readingTimeMs }));
  for (const piece of chunk(views, PIECE)) {
    yield writeItems(piece, piece[0] === views[0]);
    await setImmediate();
  }
  yield ']}';
}

/** The reading time of one page, under the name with which it was first read. */
interface PageTime {
  readonly page: string;
  readingTimeMs: number;
  /** Everything before this time is counted already; spans are ordered by start. */
  coveredMs: number;
}

function addTo(pages: Map<string, PageTime>, { page, startMs, endMs }: StoredSpan): void {
  const key = pageKey(page);
  const time = pages.get(key) ?? { page, readingTimeMs: 0, coveredMs: -Infinity };
  pages.set(key, time);
  time.readingTimeMs += Math.max(0, endMs - Math.max(startMs, time.coveredMs));
  time.coveredMs = Math.max(time.coveredMs, endMs);
}

function writeItems(items: readonly object[], areFirst: boolean): string {
  return `${areFirst ? '' : ','}${items.map((item) => JSON.stringify(item)).join(',')}`;
}
