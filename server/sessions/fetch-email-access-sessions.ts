// For server code without a Stillhere instance: reads sessions from the store that the environment names.
import { readConfig } from '../config/config.ts';
import type { SessionStore } from '../store/session-store.ts';
import { existsStore, openStore } from '../store/open-store.ts';
import { nameOfStore } from '../store/store-url.ts';
import type { EmailAccessRecord } from './email-access-records.ts';
import { readSessions, type RecordsQuery } from './read-sessions.ts';

/**
 * Returns all sessions, or those of one e-mail address, newest first. With a Stillhere instance, use its `sessions`
 * instead.
 * @param query.store the store to read; by default STORE_URL's, opened for this call.
 * @throws Error if the store doesn't exist, or NocoDB, where `olderRows` are asked for, can't be read.
 */
export async function fetchEmailAccessSessions({
  store: given,
  ...query
}: RecordsQuery & { readonly store?: SessionStore } = {}): Promise<readonly EmailAccessRecord[]> {
  if (given) {
    const nocodb = query.olderRows === true ? readConfig(process.env).nocodb : undefined;
    return readSessions(async () => given, nocodb).fetchEmailAccessSessions(query);
  }
  const { storeUrl, nocodb } = readConfig(process.env);
  // Opening a store creates it if it is missing, and an empty store would look like "nobody has read it".
  if (!(await existsStore(storeUrl)))
    throw new Error(`There is no store ${nameOfStore(storeUrl)}. Set STORE_URL, or use stillhere().sessions.`);
  const store = await openStore(storeUrl);
  try {
    return await readSessions(async () => store, nocodb).fetchEmailAccessSessions(query);
  } finally {
    await store.close();
  }
}
