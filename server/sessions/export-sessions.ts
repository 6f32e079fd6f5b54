// Writes all sessions that a filter selects, as CSV or NDJSON, in parts: the next one is read when the last was taken.
import type { Session } from '../store/session.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { SessionCursor } from '../store/session-query.ts';
import { CSV_HEADINGS, toCsv } from './csv.ts';
import type { GiveWay } from './give-way.ts';
import type { FilteredSessions } from './session-search.ts';
import { viewExported } from './views.ts';

/** A part takes a few milliseconds. */
const SESSIONS_A_PART = 250;

export type ExportFormat = 'csv' | 'ndjson';

/**
 * @param now epoch milliseconds; for the state.
 * @param giveWay rests between the parts; undefined: nobody else needs the store.
 * @param shown what is written in place of each session; undefined: the session.
 */
export async function* exportSessions(
  store: Pick<SessionStore, 'searchSessions'>,
  filtered: FilteredSessions,
  format: ExportFormat,
  now: number,
  giveWay?: Pick<GiveWay, 'rest' | 'isBusy'>,
  shown?: (session: Session) => Promise<Session>,
): AsyncGenerator<string> {
  if (format === 'csv') yield CSV_HEADINGS;
  const read = (after: SessionCursor | undefined) =>
    store.searchSessions({ ...filtered, pageSize: SESSIONS_A_PART, after, nowMs: now });
  for (let reading = read(undefined); ;) {
    const beganMs = performance.now();
    const { sessions, next } = await reading;
    // While this part is written, the store's thread reads the next one.
    const ahead = next && giveWay?.isBusy !== true ? keepFailure(read(next)) : undefined;
    const some = shown ? await Promise.all(sessions.map(shown)) : sessions;
    const rows = some.map((session) => viewExported(session, now));
    const text = format === 'csv' ? toCsv(rows) : rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    const workMs = performance.now() - beganMs;
    if (text !== '') yield text;
    if (!next) return;
    await giveWay?.rest(workMs);
    reading = ahead ?? read(next);
  }
}

/** Whoever awaits it later gets the failure; until then, nobody does. */
function keepFailure<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}
