// Read access to the database `stillhere` for the inspector: never creates it, and never blocks its owner. The owner is
// sw/channel/database.ts.
import { siteBase } from '../../sw/protocol/site-base.ts';
import { withTimeout } from './with-timeout.ts';

/** Timeout for opening, in case the browser blocks it. */
const PATIENCE_MS = 3_000;

type Store = 'spans' | 'refused' | 'state';

/** Runs `work` on the stores and resolves with its result; undefined if no page has stored anything yet. */
export async function useStores<T>(
  mode: IDBTransactionMode,
  work: (store: (name: Store) => IDBObjectStore) => Promise<T>,
): Promise<T | undefined> {
  const database = await open();
  if (!database) return undefined;
  try {
    const transaction = database.transaction([...database.objectStoreNames], mode);
    const isDone = new Promise<void>((resolve, reject) => {
      transaction.addEventListener('complete', () => resolve());
      transaction.addEventListener('abort', () =>
        reject(transaction.error ?? new Error('The transaction was aborted')),
      );
    });
    const [result] = await Promise.all([work((name) => transaction.objectStore(name)), isDone]);
    return result;
  } finally {
    database.close();
  }
}

/** Resolves with the result of an IndexedDB request. */
export function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('The request failed')));
  });
}

async function open(): Promise<IDBDatabase | undefined> {
  // Without a version, so that older and newer databases can be shown. If this creates the database, it has no stores
  // and must be removed.
  const request = indexedDB.open(`stillhere${siteBase()}`);
  let isMissing = false;
  request.addEventListener('upgradeneeded', () => {
    isMissing = true;
    request.transaction?.abort();
  });
  try {
    const database = await withTimeout(PATIENCE_MS, answer(request), 'The database does not answer');
    database.addEventListener('versionchange', () => database.close());
    return database;
  } catch (error) {
    request.addEventListener('success', () => request.result.close());
    if (isMissing) return undefined;
    throw error;
  }
}
