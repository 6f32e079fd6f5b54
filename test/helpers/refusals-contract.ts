// The contract of a store's refusals (server/store/refusals.ts).
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MOST_ADDRESSES, REMEMBERED_MS, type RefusedAddress } from '../../server/store/refusals.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { NOW } from './store-contract.ts';

const NO_COUNTS: ReadonlyMap<number, number> = new Map();

const address = (name: string, lastMs: number, more: Partial<RefusedAddress> = {}): RefusedAddress => ({
  email: `${name}@example.com`,
  tries: 1,
  firstMs: lastMs,
  lastMs,
  ...more,
});

/** @param open opens an empty store. */
export function describeRefusals(name: string, open: () => Promise<SessionStore>): void {
  describe(`the refusals of the ${name} store`, () => {
    let store: SessionStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const names = async (): Promise<readonly string[]> =>
      (await store.refusals.listAddresses()).map(({ email }) => email.replace('@example.com', ''));

    it('add up the tries of an address, and keep its first and its last one, in whatever order they are written', async () => {
      await store.refusals.add(NO_COUNTS, [address('eve', NOW + 5, { tries: 2, firstMs: NOW + 1 })], NOW);
      await store.refusals.add(NO_COUNTS, [address('eve', NOW + 9, { tries: 3, firstMs: NOW + 7 })], NOW);
      await store.refusals.add(NO_COUNTS, [address('eve', NOW + 8)], NOW);
      expect(await store.refusals.listAddresses()).toEqual([
        { email: 'eve@example.com', tries: 6, firstMs: NOW + 1, lastMs: NOW + 9 },
      ]);
    });

    it('are listed with the latest first, then by address', async () => {
      const tried = [address('bea', NOW), address('cy', NOW + 1), address('ann', NOW), address('dan', NOW)];
      await store.refusals.add(NO_COUNTS, tried, NOW);
      expect(await names()).toEqual(['cy', 'ann', 'bea', 'dan']);
    });

    it('are forgotten after their time, to the millisecond, when another address is refused', async () => {
      const nowMs = NOW + REMEMBERED_MS;
      await store.refusals.add(NO_COUNTS, [address('old', NOW - 1), address('kept', NOW)], NOW);
      expect(await names()).toEqual(['kept', 'old']);
      await store.refusals.add(NO_COUNTS, [address('new', nowMs)], nowMs);
      expect(await names()).toEqual(['new', 'kept']);
    });

    it('are those of the latest addresses, of two that are as late the first by name', async () => {
      const many = Array.from({ length: MOST_ADDRESSES - 1 }, (_, nth) => address(`later-${nth}`, NOW + 1));
      await store.refusals.add(NO_COUNTS, [...many, address('bea', NOW), address('ann', NOW)], NOW);
      // One place is free when a later one is erased: an address that was forgotten does not come back.
      await store.erasures.erase('later-0@example.com', NOW + 1);
      const left = await names();
      expect([left.length, left.at(-1)]).toEqual([MOST_ADDRESSES - 1, 'ann']);
    });

    it('need no transaction where there are none', async () => {
      await store.refusals.add(NO_COUNTS, [], NOW);
      await store.close();
      await expect(store.refusals.add(NO_COUNTS, [], NOW)).resolves.toBeUndefined();
      await expect(store.refusals.add(new Map([[1, 1]]), [], NOW)).rejects.toThrow();
      store = await open();
    });
  });
}
