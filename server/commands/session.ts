// The `session` command: prints one session with its visits and pages.
import { ConfigError } from '../config/config.ts';
import { viewPage, viewSession, viewVisit } from '../sessions/views.ts';
import { writeSession } from '../sessions/write-session.ts';
import { PageTimes } from '../store/page-times.ts';
import type { StoredSpan } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import { visitsOf } from '../store/visits.ts';
import { withStore } from './existing-store.ts';
import { duration, localTime, textTable } from './text-table.ts';

/** @throws ConfigError if there is no session with this id. */
export async function printSession(id: string, { json }: { readonly json?: boolean }): Promise<void> {
  await withStore(async (store) => {
    const session = await store.findSession(id);
    if (!session) throw new ConfigError(`There is no session ${id}; stillhere sessions lists them with their ids.`);
    const spans = await store.listSpans(session.id);
    const now = Date.now();
    if (!json) {
      for (const line of describeSession(session, spans, now)) console.info(line);
      return;
    }
    const reader = await store.totals.readerIdOf(session.email);
    for await (const piece of writeSession(session, reader, spans, now)) process.stdout.write(piece);
    process.stdout.write('\n');
  });
}

/** Three tables: the session, its visits, its pages. */
function describeSession(session: Session, spans: readonly StoredSpan[], now: number): readonly string[] {
  const { emailOfAccessor, identity, state, endKnownBy, readingTimeMs, offlineMs, sessionStartTime } = viewSession(
    session,
    now,
  );
  const pages = new PageTimes();
  for (const span of spans) pages.add(span);
  return [
    ...textTable([
      ['reader', `${emailOfAccessor} (${identity})`],
      ['began', localTime(sessionStartTime)],
      ['state', endKnownBy === null ? state : `${state}, the end is known by: ${endKnownBy}`],
      ['read', duration(readingTimeMs) + (offlineMs > 0 ? `, ${duration(offlineMs)} of it delivered later` : '')],
    ]),
    '',
    ...textTable([
      ['visit', 'from', 'until', 'read'],
      ...visitsOf(session, spans)
        .map(viewVisit)
        .map(({ start, end, readingTimeMs: read }, nth) => [
          String(nth + 1),
          localTime(start),
          localTime(end),
          duration(read),
        ]),
    ]),
    '',
    ...textTable([
      ['page', 'read'],
      ...pages
        .list()
        .map(viewPage)
        .map(({ page, readingTimeMs: read, opened }) => [page, opened ? 'opened' : duration(read)]),
    ]),
  ];
}
