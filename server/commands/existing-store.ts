// For commands that read the store beside the server, or without it.
import { existsSync } from 'node:fs';
import { ConfigError, readConfig } from '../config/config.ts';
import { HttpError } from '../http/http-error.ts';
import { openStore } from '../store/open-store.ts';
import type { SessionStore } from '../store/session-store.ts';

/**
 * Opens the store that the environment names, and closes it after `use`.
 * @throws ConfigError if there is none: opening it would make an empty one, which would look like "nobody has read it".
 */
export async function withStore<Result>(use: (store: SessionStore) => Promise<Result>): Promise<Result> {
  const { storeFile } = readConfig(process.env);
  if (!existsSync(storeFile))
    throw new ConfigError(
      `There is no store ${storeFile}: run this in the folder where the server was started, or set STORE_URL.`,
    );
  const store = await openStore(`file:${storeFile}`);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
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
