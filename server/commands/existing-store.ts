// For commands that read the store beside the server, or without it.
import { ConfigError, readConfig, type Config } from '../config/config.ts';
import { HttpError } from '../http/http-error.ts';
import { existsStore, openStore } from '../store/open-store.ts';
import type { SessionStore } from '../store/session-store.ts';
import { nameOfStore } from '../store/store-url.ts';

/**
 * Opens the store that the environment names, and closes it after `use`.
 * @throws ConfigError if there is none: opening it would make an empty one, which would look like "nobody has read it".
 */
export async function withStore<Result>(use: (store: SessionStore) => Promise<Result>): Promise<Result> {
  const store = await openExistingStore(readConfig(process.env));
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** @throws ConfigError if there is none. */
export async function openExistingStore({ storeUrl }: Pick<Config, 'storeUrl'>): Promise<SessionStore> {
  if (!(await existsStore(storeUrl)))
    throw new ConfigError(
      `There is no store ${nameOfStore(storeUrl)}: run this in the folder where the server was started, or set STORE_URL.`,
    );
  return openStore(storeUrl);
}

/**
 * Reads options as the API reads its parameters.
 * @throws ConfigError that names the option and says what it must be.
 */
export function readOptions<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof HttpError ? new ConfigError(`--${error.message.replaceAll('; ', '; --')}`) : error;
  }
}

/** @throws ConfigError unless `text` is a whole number from 1 to `most`. */
export function readLimit(text: string, most: number): number {
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > most) throw new ConfigError(`--limit: must be a whole number, 1 to ${most}`);
  return limit;
}
