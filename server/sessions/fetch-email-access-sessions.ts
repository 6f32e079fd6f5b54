// For code on the server: the sessions in the form of the original NocoDB records.
import { readConfig } from '../config/config.ts';
import type { SessionStore } from '../store/session-store.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { iso } from './views.ts';

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

const PAGE_SIZE = 500;

/**
 * All sessions, or those of one e-mail address, newest first.
 * @param query.store where to look; by default the store of the environment's configuration, opened for this call.
 */
export async function fetchEmailAccessSessions(
  query: { readonly email?: string; readonly store?: SessionStore } = {},
): Promise<readonly EmailAccessRecord[]> {
  if (query.store) return readAll(query.store, query.email);
  const store = await openSqliteStore(readConfig(process.env).storeFile);
  try {
    return await readAll(store, query.email);
  } finally {
    await store.close();
  }
}

async function readAll(store: SessionStore, email: string | undefined): Promise<readonly EmailAccessRecord[]> {
  const records: EmailAccessRecord[] = [];
  for (;;) {
    const last = records.at(-1);
    const after = last && { id: last.id, startMs: Date.parse(last.fields.sessionStartTime) };
    const sessions = await store.listSessions({ email: email?.trim().toLowerCase(), pageSize: PAGE_SIZE, after });
    for (const { id, email: emailOfAccessor, startMs, endMs } of sessions)
      records.push({
        id,
        fields: {
          emailOfAccessor,
          sessionStartTime: iso(startMs),
          sessionEndTime: endMs === null ? null : iso(endMs),
        },
      });
    if (sessions.length < PAGE_SIZE) return records;
  }
}
