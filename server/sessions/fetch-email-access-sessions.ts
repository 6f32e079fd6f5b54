// For server code without a Stillhere instance: reads sessions from the store that the environment names.
import { existsSync } from 'node:fs';
import { readConfig } from '../config/config.ts';
import type { SessionStore } from '../store/session-store.ts';
import { openStore } from '../store/open-store.ts';
import { readSessions, type EmailAccessRecord } from './read-sessions.ts';

/**
 * Returns all sessions, or those of one e-mail address, newest first. With a Stillhere instance, use its `sessions`
 * instead.
 * @param query.store the store to read; by default STORE_URL's, opened for this call.
 * @throws Error if the store doesn't exist.
 */
export async function fetchEmailAccessSessions(
  query: { readonly email?: string; readonly store?: SessionStore } = {},
): Promise<readonly EmailAccessRecord[]> {
  const { store: given, email } = query;
  if (given) return readSessions(async () => given).fetchEmailAccessSessions({ email });
  const { storeFile } = readConfig(process.env);
  // Opening a store creates it if it is missing, and an empty store would look like "nobody has read it".
  if (!existsSync(storeFile))
    throw new Error(`There is no store ${storeFile}. Set STORE_URL, or use stillhere().sessions.`);
  const store = await openStore(`file:${storeFile}`);
  try {
    return await readSessions(async () => store).fetchEmailAccessSessions({ email });
  } finally {
    await store.close();
  }
}
