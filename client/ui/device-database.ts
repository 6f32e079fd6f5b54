// The database `stillhere` as somebody opens it who only looks on: what isn't there is not made, what is in the way of its
// owner is closed. The owner is sw/channel/database.ts.
import { withTimeout } from './with-timeout.ts';

/** Until then it opens, or the browser keeps it from us. */
const PATIENCE_MS = 3_000;

type Store = 'spans' | 'refused' | 'state';

/** Runs `work` on the stores, and resolves with what came of it; with undefined where no page has ever kept anything. */
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
      transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('The transaction broke off')));
    });
    const [result] = await Promise.all([work((name) => transaction.objectStore(name)), isDone]);
    return result;
  } finally {
    database.close();
  }
}

/** What an IndexedDB request comes to. */
export function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('The request failed')));
  });
}

async function open(): Promise<IDBDatabase | undefined> {
  // Without a version: an older or a newer one is shown, too. A database that is new thereby has no stores: it must not stay.
  const request = indexedDB.open('stillhere');
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
