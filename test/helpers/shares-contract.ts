// The contract of a store's links for colleagues (server/store/shares.ts).
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionStore } from '../../server/store/session-store.ts';
import type { NewShare } from '../../server/store/shares.ts';
import { NOW } from './store-contract.ts';

const DAY = 24 * 3_600_000;

const share = (id: string, more: Partial<NewShare> = {}): NewShare => ({
  id,
  hash: `hash-${id}`,
  label: `for ${id}`,
  pages: null,
  createdMs: NOW,
  untilMs: NOW + DAY,
  ...more,
});

/** @param open opens an empty store. */
export function describeShares(name: string, open: () => Promise<SessionStore>): void {
  describe(`the shared links of the ${name} store`, () => {
    let store: SessionStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    const ids = async (): Promise<readonly string[]> => (await store.shares.list()).map(({ id }) => id);

    it('are found by their hash alone, and have no hash in them', async () => {
      const { hash, ...kept } = share('ann', { pages: '/report/', label: null });
      await store.shares.add({ ...kept, hash });
      expect(await store.shares.find(hash)).toEqual({ ...kept, revokedMs: null, lastUsedMs: null });
      expect(await store.shares.find('ann')).toBeUndefined();
      await expect(store.shares.add(share('bob', { hash }))).rejects.toThrow();
    });

    it('are listed newest first, then by id', async () => {
      for (const [id, createdMs] of [
        ['cy', NOW],
        ['ann', NOW],
        ['bea', NOW + 2],
        ['Dan', NOW],
      ] as const)
        await store.shares.add(share(id, { createdMs }));
      expect(await ids()).toEqual(['bea', 'Dan', 'ann', 'cy']);
    });

    it('keep when they were last used', async () => {
      for (const id of ['ann', 'bea']) await store.shares.add(share(id));
      for (const atMs of [NOW + 5, NOW + 9]) await store.shares.setUsed('ann', atMs);
      expect(await store.shares.find('hash-ann')).toMatchObject({ lastUsedMs: NOW + 9 });
      expect(await store.shares.find('hash-bea')).toMatchObject({ lastUsedMs: null });
    });

    it('are revoked once, and still found then, but not listed', async () => {
      for (const id of ['ann', 'bea']) await store.shares.add(share(id));
      const revoked = await Promise.all([1, 2].map((nth) => store.shares.revoke('ann', NOW + nth)));
      expect(revoked.filter(Boolean)).toHaveLength(1);
      expect(await store.shares.revoke('nobody', NOW)).toBe(false);
      expect(await store.shares.find('hash-ann')).toMatchObject({ revokedMs: NOW + 1 + revoked.indexOf(true) });
      expect(await ids()).toEqual(['bea']);
    });

    it('are deleted once they ended long enough ago, so many at a time', async () => {
      await store.shares.add(share('expired'));
      await store.shares.add(share('revoked', { untilMs: NOW + 300 * DAY }));
      await store.shares.revoke('revoked', NOW + DAY);
      await store.shares.add(share('later', { untilMs: NOW + DAY + 1 }));
      const times = { linksMs: NOW + DAY + 1, refusalsMs: 0, codesMs: 0 };
      expect(await store.erasures.deleteEnded(times, 1)).toBe(1);
      expect(await store.erasures.deleteEnded(times, 10)).toBe(1);
      expect(await store.erasures.deleteEnded(times, 10)).toBe(0);
      expect(await ids()).toEqual(['later']);
      expect(await store.shares.find('hash-revoked')).toBeUndefined();
    });
  });
}
