// The device's stores with promises (the only user of idb), for deliveries and for the worker. The page's own writes
// don't use it: idb is 0.63 of the 5.5 kB that every page loads, while Workbox brings it into the worker anyway.
import { wrap, type IDBPObjectStore } from 'idb';
import type { Database, Store } from './database.ts';

type PromisedStore = IDBPObjectStore<unknown, string[], string, 'readwrite'>;

/** Like {@link Database.use}: one transaction, committed when it resolves; undefined without storage. */
export function useStores<T>(
  database: Database,
  names: readonly [Store, ...Store[]],
  work: (...stores: PromisedStore[]) => Promise<T>,
  mode: IDBTransactionMode = 'readwrite',
): Promise<T | undefined> {
  // The type is wider than a read-only transaction allows; the browser rejects writes in it.
  return database.use(
    names,
    (...stores) => work(...stores.map((store) => wrap(store) as unknown as PromisedStore)),
    mode,
  );
}
