// The `sessions` command: prints sessions as a table or as JSON.
import { readConfig } from '../config/config.ts';
import type { SessionView } from '../../sw/protocol/owner-api.ts';
import { readSessionFilter } from '../sessions/session-search.ts';
import { viewSession } from '../sessions/views.ts';
import { walkSessions } from '../sessions/walk-sessions.ts';
import { NOCODB } from '../store/outbox.ts';
import { readLimit, readOptions, withStore } from './existing-store.ts';
import { duration, localTime, textTable } from './text-table.ts';

const MAX_LIMIT = 10_000;

/** As the parameters of the API. */
export interface FilterOptions {
  readonly email?: string;
  readonly reader?: string;
  readonly page?: string;
  readonly from?: string;
  readonly to?: string;
  readonly state?: string;
  readonly q?: string;
  readonly sort?: string;
}

export async function listSessions({
  limit,
  json,
  ...filter
}: FilterOptions & { readonly limit: string; readonly json?: boolean }): Promise<void> {
  const most = readLimit(limit, MAX_LIMIT);
  const filtered = readOptions(() => readSessionFilter({ ...filter }));
  const now = Date.now();
  await withStore(async (store) => {
    const sessions: SessionView[] = [];
    let isCut = false;
    for await (const session of walkSessions(store, filtered, now)) {
      isCut = sessions.length === most;
      if (isCut) break;
      sessions.push(viewSession(session, now));
    }
    const more = `There are more than these ${most}: raise --limit, or use stillhere export.`;
    if (json) {
      console.info(JSON.stringify({ sessions }, null, 2));
      if (isCut) console.error(more);
      return;
    }
    if (sessions.length === 0) console.info('No sessions yet.');
    else for (const line of printSessions(sessions)) console.info(line);
    if (isCut) console.info(more);
    const unmirrored = readConfig(process.env).nocodb ? await store.outboxOf(NOCODB).countUntold() : 0;
    if (unmirrored > 0)
      console.info(`${unmirrored} sessions are not yet written to NocoDB; stillhere nocodb check shows why.`);
  });
}

/** A table with headings, in local time. */
export function printSessions(sessions: readonly SessionView[]): readonly string[] {
  return textTable([
    ['reader', 'from', 'until', 'read', 'page', 'id'],
    ...sessions.map(({ id, emailOfAccessor, sessionStartTime, sessionEndTime, readingTimeMs, currentPage }) => [
      emailOfAccessor,
      localTime(sessionStartTime),
      sessionEndTime === null ? '–' : localTime(sessionEndTime),
      duration(readingTimeMs),
      currentPage ?? '–',
      id,
    ]),
  ]);
}
