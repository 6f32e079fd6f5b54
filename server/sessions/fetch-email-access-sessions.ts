// For code on the server that has no instance of Stillhere: the sessions of the store that the environment names.
import { existsSync } from 'node:fs';
import { readConfig } from '../config/config.ts';
import type { SessionStore } from '../store/session-store.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import { readSessions, type EmailAccessRecord } from './read-sessions.ts';

/**
 * All sessions, or those of one e-mail address, newest first. With an instance of Stillhere use its `sessions` instead.
 * @param query.store where to look; by default the store that STORE_URL names, opened for this call.
 * @throws Error when there is no store where STORE_URL says.
 */
export async function fetchEmailAccessSessions(
  query: { readonly email?: string; readonly store?: SessionStore } = {},
): Promise<readonly EmailAccessRecord[]> {
  const { store: given, email } = query;
  if (given) return readSessions(async () => given).fetchEmailAccessSessions({ email });
  const { storeFile } = readConfig(process.env);
  // A store that is opened is made if need be, and an empty one would look like "nobody has read it".
  if (!existsSync(storeFile))
    throw new Error(`There is no store ${storeFile}. Set STORE_URL, or use the sessions of what stillhere() returned.`);
  const store = await openSqliteStore(storeFile);
  try {
    return await readSessions(async () => store).fetchEmailAccessSessions({ email });
  } finally {
    await store.close();
  }
}
