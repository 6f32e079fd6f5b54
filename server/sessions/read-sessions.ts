// The sessions of a store, for code on the server and for the commands. Reads page by page, however many there are.
import type { SessionView } from '../../sw/protocol/owner-api.ts';
import type { NocoConfig } from '../nocodb/client.ts';
import { listOlderRows } from '../nocodb/older-rows.ts';
import { NOCODB } from '../store/outbox.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import { recordOfRow, recordOfSession, type EmailAccessRecord } from './email-access-records.ts';
import { viewSession } from './views.ts';
import { walkSessions } from './walk-sessions.ts';

export interface SessionsQuery {
  /** Only the sessions of this address, in any case. */
  readonly email?: string | undefined;
}

export interface RecordsQuery extends SessionsQuery {
  /** With the rows of the NocoDB table that Stillhere didn't write: those of the original script. */
  readonly olderRows?: boolean | undefined;
}

/** The sessions of one store. All methods reject if the store can't be opened. */
export interface Sessions {
  /** All sessions, newest first, read while you iterate: `for await (const session of sessions.list())`. */
  list(query?: SessionsQuery): AsyncGenerator<SessionView>;
  find(id: string): Promise<SessionView | undefined>;
  /**
   * All sessions, newest first, in the form of the original NocoDB records.
   * Rejects with an Error where `olderRows` are asked for and NocoDB isn't configured or can't be read.
   */
  fetchEmailAccessSessions(query?: RecordsQuery): Promise<readonly EmailAccessRecord[]>;
}

/**
 * @param openStore asked with each call.
 * @param nocodb where the older rows are.
 */
export function readSessions(openStore: () => Promise<SessionStore>, nocodb: NocoConfig | undefined): Sessions {
  return {
    list: async function* (query = {}) {
      for await (const session of allSessions(await openStore(), query)) yield viewSession(session, Date.now());
    },
    find: async (id) => {
      const session = await (await openStore()).findSession(id);
      return session && viewSession(session, Date.now());
    },
    fetchEmailAccessSessions: async ({ olderRows = false, ...query } = {}) => {
      const store = await openStore();
      const rows = olderRows ? await readOlderRows(store, nocodb, query) : [];
      const recordIds = new Map((await store.outboxOf(NOCODB).listRecords()).map(({ id, recordId }) => [id, recordId]));
      const records: EmailAccessRecord[] = [];
      for await (const session of allSessions(store, query))
        records.push(recordOfSession(session, await store.listSpans(session.id), recordIds.get(session.id) ?? null));
      return [...records, ...rows].toSorted((a, b) => compare(b.fields.sessionStartTime, a.fields.sessionStartTime));
    },
  };
}

async function readOlderRows(
  { notes }: SessionStore,
  nocodb: NocoConfig | undefined,
  query: SessionsQuery,
): Promise<readonly EmailAccessRecord[]> {
  if (!nocodb) throw new Error('olderRows: NocoDB is not configured. Set NOCODB_URL, NOCODB_TOKEN and NOCODB_BASE_ID');
  const email = addressOf(query);
  const rows = await listOlderRows(nocodb, notes);
  return rows.filter((row) => email === undefined || row.email.toLowerCase() === email).map(recordOfRow);
}

function allSessions(store: SessionStore, query: SessionsQuery): AsyncGenerator<Session> {
  const email = addressOf(query);
  return walkSessions(
    store,
    { filter: { reader: email === undefined ? undefined : { email } }, sort: 'start' },
    Date.now(),
  );
}

function addressOf({ email }: SessionsQuery): string | undefined {
  return email?.trim().toLowerCase();
}

/** ISO 8601 times sort as text. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
