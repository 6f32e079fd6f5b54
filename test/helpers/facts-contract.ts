// The contract of what else a store keeps: logins of the owner, readers whose access was taken, leases and notes.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OwnerKey } from '../../server/store/owner-keys.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { NOW } from './store-contract.ts';

/** @param place opens the store in the same place, repeatedly. */
export function describeFacts(name: string, place: () => Promise<() => Promise<SessionStore>>): void {
  describe(`what else the ${name} store keeps`, () => {
    let open: () => Promise<SessionStore>;
    let store: SessionStore;
    beforeEach(async () => {
      open = await place();
      store = await open();
    });
    afterEach(() => store.close());

    it('logins of the owner, each of its kind, until their time, to the millisecond', async () => {
      const login: OwnerKey = { kind: 'login', hash: 'one' };
      await store.ownerKeys.add(login, NOW + 9, NOW);
      expect(await store.ownerKeys.has(login, NOW + 8)).toBe(true);
      expect(await store.ownerKeys.has(login, NOW + 9)).toBe(false);
      expect(await store.ownerKeys.has({ ...login, kind: 'code' }, NOW)).toBe(false);
      expect(await store.ownerKeys.remove(login, NOW + 9)).toBe(false);
      const removed = await Promise.all([1, 2, 3].map(() => store.ownerKeys.remove(login, NOW)));
      expect(removed.filter(Boolean)).toHaveLength(1);
      for (const hash of ['two', 'three']) await store.ownerKeys.add({ ...login, hash }, NOW + 9, NOW);
      await store.ownerKeys.removeAll();
      expect(await store.ownerKeys.has({ ...login, hash: 'two' }, NOW)).toBe(false);
    });

    it('readers whose access was taken, the latest first, of all their sessions', async () => {
      await store.createSession({ id: 'ann', email: 'ann@example.com', startMs: NOW });
      for (const [nth, reader] of ['ann', 'bob', 'ann'].entries())
        await store.blockedReaders.block(`${reader}@example.com`, NOW + nth);
      expect((await store.blockedReaders.list()).map(({ email }) => email)).toEqual([
        'bob@example.com',
        'ann@example.com',
      ]);
      expect(await store.findAccess('ann')).toMatchObject({ isBlocked: true });
      expect(await store.blockedReaders.has('ann@example.com')).toBe(true);
      expect(await store.blockedReaders.allow('ann@example.com')).toBe(true);
      expect(await store.blockedReaders.allow('ann@example.com')).toBe(false);
      expect(await store.findAccess('ann')).toMatchObject({ isBlocked: false });
    });

    it('a lease of one holder, until it ends or is given back', async () => {
      const other = await open();
      expect(await store.leases.take('job', 'one', NOW, NOW + 10)).toBe(true);
      expect(await other.leases.take('job', 'two', NOW + 9, NOW + 20)).toBe(false);
      expect(await other.leases.take('another', 'two', NOW + 9, NOW + 20)).toBe(true);
      expect(await store.leases.take('job', 'one', NOW + 9, NOW + 15)).toBe(true);
      expect(await other.leases.take('job', 'two', NOW + 14, NOW + 20)).toBe(false);
      expect(await store.leases.take('job', 'one', NOW + 14, NOW + 14)).toBe(true);
      expect(await other.leases.take('job', 'two', NOW + 14, NOW + 20)).toBe(true);
      await other.close();
    });

    it('a lease that was taken before the clock was set back, only until somebody asks for it', async () => {
      const hour = 3_600_000;
      await store.leases.take('job', 'one', NOW, NOW + 30_000);
      // Releasing what one no longer has changes nothing.
      expect(await store.leases.take('job', 'two', NOW - hour, NOW - hour)).toBe(false);
      expect(await store.leases.take('job', 'two', NOW - hour, NOW - hour + 30_000)).toBe(true);
      expect(await store.leases.take('job', 'one', NOW - hour, NOW - hour + 30_000)).toBe(false);
      // Clocks of several servers differ a little.
      expect(await store.leases.take('job', 'three', NOW - hour - 10_000, NOW - hour + 20_000)).toBe(false);
      expect(await store.leases.take('job', 'three', NOW - hour - 10_001, NOW - hour + 19_999)).toBe(true);
    });

    it('notes, also after it is opened again', async () => {
      expect(await store.notes.read('month')).toBeUndefined();
      for (const text of ['1', 'ÉTÉ 2']) await store.notes.write('month', text);
      await store.close();
      store = await open();
      expect(await store.notes.read('month')).toBe('ÉTÉ 2');
    });
  });
}
