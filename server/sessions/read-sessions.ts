// The sessions of a store, for code on the server and for the commands. Reads page by page, however many there are.
import type { SessionView } from '../../sw/protocol/owner-api.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import { iso, viewSession } from './views.ts';
import { walkSessions } from './walk-sessions.ts';

export interface SessionsQuery {
  /** Only the sessions of this address, in any case. */
  readonly email?: string | undefined;
}

/** A session in the form of the original NocoDB records. */
export interface EmailAccessRecord {
  readonly id: string;
  readonly fields: {
    readonly emailOfAccessor: string;
    /** ISO 8601, UTC. */
    readonly sessionStartTime: string;
    /** ISO 8601, UTC; null before the first beat. */
    readonly sessionEndTime: string | null;
  };
}

/** The sessions of one store. All methods reject if the store can't be opened. */
export interface Sessions {
  /** All sessions, newest first, read while you iterate: `for await (const session of sessions.list())`. */
  list(query?: SessionsQuery): AsyncGenerator<SessionView>;
  find(id: string): Promise<SessionView | undefined>;
  /** All sessions, newest first, in the form of the original NocoDB records. */
  fetchEmailAccessSessions(query?: SessionsQuery): Promise<readonly EmailAccessRecord[]>;
}

/** @param openStore asked with each call. */
export function readSessions(openStore: () => Promise<SessionStore>): Sessions {
  return {
    list: async function* (query = {}) {
      for await (const session of allSessions(await openStore(), query)) yield viewSession(session, Date.now());
    },
    find: async (id) => {
      const session = await (await openStore()).findSession(id);
      return session && viewSession(session, Date.now());
    },
    fetchEmailAccessSessions: async (query = {}) => {
      const records: EmailAccessRecord[] = [];
      for await (const session of allSessions(await openStore(), query)) records.push(toRecord(session));
      return records;
    },
  };
}

function allSessions(store: SessionStore, { email }: SessionsQuery): AsyncGenerator<Session> {
  const reader = email === undefined ? undefined : { email: email.trim().toLowerCase() };
  return walkSessions(store, { filter: { reader }, sort: 'start' }, Date.now());
}

function toRecord({ id, email, startMs, endMs }: Session): EmailAccessRecord {
  return {
    id,
    fields: {
      emailOfAccessor: email,
      sessionStartTime: iso(startMs),
      sessionEndTime: endMs === null ? null : iso(endMs),
    },
  };
}
