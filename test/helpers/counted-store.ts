// A store whose sessions a test reads and counts, for the contract of the totals (server/store/totals.ts).
import { afterEach, beforeEach } from 'vitest';
import type { SessionStore } from '../../server/store/session-store.ts';
import { NOW } from './store-contract.ts';
import type { StorePlace } from './store-place.ts';

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const EVERY = { sort: 'last', pageSize: 100 } as const;

/** Nothing of a session that was deleted is left in these. */
export const COUNTED_TABLES =
  `reader_totals page_totals reader_page_totals slot_totals slot_readers reader_buckets page_buckets slot_buckets
  counted_sessions counted_pages counted_slots`.split(/\s+/);

export interface CountedStore {
  readonly store: SessionStore;
  readonly place: StorePlace;
  readonly reopen: () => Promise<void>;
  readonly begin: (id: string, email?: string, startMs?: number) => Promise<void>;
  /** Reads from one second to another after {@link NOW}. */
  readonly read: (session: string, page: string, fromS: number, toS: number) => Promise<void>;
  /** Counts what differs, as the job does. */
  readonly count: () => Promise<void>;
}

/** Each test of the surrounding `describe` gets an empty one. */
export function useCountedStore(makePlace: () => Promise<StorePlace>): CountedStore {
  let place: StorePlace;
  let store: SessionStore;
  let spans = 0;
  beforeEach(async () => {
    place = await makePlace();
    store = await place.open();
  });
  afterEach(() => store.close());
  return {
    get store() {
      return store;
    },
    get place() {
      return place;
    },
    reopen: async () => {
      await store.close();
      store = await place.open();
    },
    begin: (id, email = `${id}@example.com`, startMs = NOW) => store.createSession({ id, email, startMs }),
    read: async (session, page, fromS, toS) => {
      const span = { id: `s${spans++}`, page, startMs: NOW + fromS * SECOND, endMs: NOW + toS * SECOND, offsetMs: 0 };
      await store.record([{ session, receivedMs: NOW + 1_000 * HOUR, span }]);
    },
    count: () => countAll(store),
  };
}

export async function countAll({ totals: { counting } }: SessionStore): Promise<void> {
  for (let before: string | undefined; ;) {
    const { ids, next } = await counting.compare(before);
    await counting.count(ids);
    if (next === undefined) return;
    before = next;
  }
}
