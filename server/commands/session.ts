// The `session` command: prints one session with its visits and pages.
import { ConfigError } from '../config/config.ts';
import { viewPage, viewSession, viewVisit } from '../sessions/views.ts';
import { writeSession } from '../sessions/write-session.ts';
import { PageTimes } from '../store/page-times.ts';
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
    if (json) {
      const reader = await store.totals.readerIdOf(session.email);
      for await (const piece of writeSession(session, reader, spans, now)) process.stdout.write(piece);
      process.stdout.write('\n');
      return;
    }
    const { emailOfAccessor, state, endKnownBy, readingTimeMs, offlineMs, sessionStartTime } = viewSession(
      session,
      now,
    );
    const lines = textTable([
      ['reader', emailOfAccessor],
      ['began', localTime(sessionStartTime)],
      ['state', endKnownBy === null ? state : `${state}, the end is known by: ${endKnownBy}`],
      ['read', duration(readingTimeMs) + (offlineMs > 0 ? `, ${duration(offlineMs)} of it delivered later` : '')],
    ]);
    const visits = visitsOf(session, spans).map(viewVisit);
    const pages = new PageTimes();
    for (const span of spans) pages.add(span);
    for (const line of [
      ...lines,
      '',
      ...textTable([
        ['visit', 'from', 'until', 'read'],
        ...visits.map(({ start, end, readingTimeMs: read }, nth) => [
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
    ])
      console.info(line);
  });
}
