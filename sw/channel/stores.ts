// The device's stores with promises (the only user of idb), for deliveries and for the worker. The page's own write goes without:
// idb is 0.63 of the 5.5 kB that every page loads, and Workbox brings it into the worker anyway.
import { wrap, type IDBPObjectStore } from 'idb';
import type { Database, Store } from './database.ts';

type PromisedStore = IDBPObjectStore<unknown, string[], string, 'readwrite'>;

/** As {@link Database.use}: one transaction, which is committed when it resolves; undefined where there is no storage. */
export function useStores<T>(
  database: Database,
  names: readonly [Store, ...Store[]],
  work: (...stores: PromisedStore[]) => Promise<T>,
  mode: IDBTransactionMode = 'readwrite',
): Promise<T | undefined> {
  // In a reading transaction the browser refuses what its type would allow.
  return database.use(
    names,
    (...stores) => work(...stores.map((store) => wrap(store) as unknown as PromisedStore)),
    mode,
  );
}
