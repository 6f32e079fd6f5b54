// A store with three sessions, of which consumers are told, for the contract of the outbox (server/store/outbox.ts).
import { afterEach, beforeEach } from 'vitest';
import { NOCODB } from '../../server/store/outbox.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { NOW } from './store-contract.ts';
import type { StorePlace } from './store-place.ts';

export const MINUTE = 60_000;

export interface ToldStore {
  /** Sessions began a minute after each other: ann, bob, eve. */
  readonly store: SessionStore;
  readonly place: StorePlace;
  /** Reads from the beginning to that minute. */
  readonly see: (id: string, minute: number) => Promise<void>;
  /** The sessions that NocoDB has not been told of. */
  readonly waiting: (quietSinceMs?: number) => Promise<readonly string[]>;
  /** Tells NocoDB of these. */
  readonly mirror: (...ids: readonly string[]) => Promise<void>;
}

/** Each test of the surrounding `describe` gets a new one. */
export function useToldStore(makePlace: () => Promise<StorePlace>): ToldStore {
  let place: StorePlace;
  let store: SessionStore;
  beforeEach(async () => {
    place = await makePlace();
    store = await place.open();
    for (const [nth, id] of ['ann', 'bob', 'eve'].entries())
      await store.createSession({ id, email: `${id}@example.com`, startMs: NOW + nth * MINUTE });
  });
  afterEach(() => store.close());
  return {
    get store() {
      return store;
    },
    get place() {
      return place;
    },
    see: async (id, minute) => {
      const endMs = NOW + minute * MINUTE;
      const span = { id: 's', page: '/a/', startMs: NOW, endMs, offsetMs: 0 };
      await store.record([{ session: id, receivedMs: endMs, span }]);
    },
    waiting: async (quietSinceMs) =>
      (await store.outboxOf(NOCODB).listUntold(10, quietSinceMs)).map(({ session }) => session.id),
    mirror: async (...ids) => {
      const outbox = store.outboxOf(NOCODB);
      const shown = (await outbox.listUntold(10)).filter(({ session }) => ids.includes(session.id));
      await outbox.markTold(
        shown.map(({ session: { id }, revision }) => ({ id, revision, recordId: `record of ${id}` })),
      );
    },
  };
}
