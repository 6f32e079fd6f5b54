// The contract of a store's outbox (server/store/outbox.ts): what waits, and what is known of records outside. With many sessions:
// test/server/outbox-of-many.test.ts.
import { describe, expect, it } from 'vitest';
import { CREATION_MS, NOCODB, RECORD_IN_DOUBT } from '../../server/store/outbox.ts';
import { NOW } from './store-contract.ts';
import type { StorePlace } from './store-place.ts';
import { MINUTE, useToldStore } from './told-store.ts';

/** @param makePlace makes an empty place for a store. */
export function describeOutbox(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`the outbox of the ${name} store`, () => {
    const told = useToldStore(makePlace);
    const { see, waiting, mirror } = told;

    describe('the unmirrored sessions', () => {
      it('are all that changed, those that have waited longest first, and at most as many as requested', async () => {
        await waiting();
        await see('ann', 9);
        expect(await waiting()).toEqual(['ann', 'bob', 'eve']);
        expect(await told.store.outboxOf(NOCODB).listUntold(1)).toHaveLength(1);
        expect(await told.store.outboxOf(NOCODB).countUntold()).toBe(3);
      });

      it('do not include those that NocoDB shows, until they change again', async () => {
        await mirror('ann', 'bob');
        expect(await waiting()).toEqual(['eve']);
        await see('bob', 9);
        expect(await waiting()).toEqual(['eve', 'bob']);
        expect((await told.store.findSession('ann'))?.isMirrored).toBe(true);
      });

      it('still include one that changed while it was written', async () => {
        const before = (await told.store.outboxOf(NOCODB).listUntold(10)).find(({ session }) => session.id === 'ann');
        await see('ann', 9);
        await told.store.outboxOf(NOCODB).markTold([{ id: 'ann', revision: before?.revision ?? 0, recordId: '7' }]);
        expect(await waiting()).toContain('ann');
      });

      it('can exclude active sessions, except those without a record', async () => {
        await mirror('ann', 'bob');
        for (const id of ['ann', 'eve']) await see(id, 60);
        await see('bob', 30);
        expect(await waiting(NOW + 45 * MINUTE)).toEqual(['eve', 'bob']);
      });
    });

    describe('the order of what waits', () => {
      const list = async (limit: number, order?: 'oldest' | 'newest'): Promise<readonly string[]> =>
        (await told.store.outboxOf(NOCODB).listUntold(limit, undefined, order)).map(({ session }) => session.id);

      it('is by the time of the change, and by id where that is the same; the newest first if asked for', async () => {
        for (const id of ['zoe', 'cat'])
          await told.store.createSession({ id, email: 'x@example.com', startMs: NOW + MINUTE });
        expect(await list(10)).toEqual(['ann', 'bob', 'cat', 'zoe', 'eve']);
        expect(await list(10, 'newest')).toEqual(['eve', 'zoe', 'cat', 'bob', 'ann']);
        expect([await list(2), await list(2, 'newest')]).toEqual([
          ['ann', 'bob'],
          ['eve', 'zoe'],
        ]);
        const due = await told.store.outboxOf(NOCODB).listDue(NOW + MINUTE, 10);
        expect(due.map(({ session }) => session.id)).toEqual(['ann', 'bob', 'cat', 'zoe']);
        const deletedAt = NOW + 60 * MINUTE;
        await told.store.deleteSessions(['zoe', 'cat', 'bob'], deletedAt);
        const deletions = await told.store.outboxOf(NOCODB).deletions.listDue(deletedAt + CREATION_MS, 10);
        expect(deletions.map(({ id }) => id)).toEqual(['bob', 'cat', 'zoe']);
        expect(await told.store.outboxOf(NOCODB).findOldestUntoldMs()).toBe(NOW);
      });

      it('begins with those that have waited longest, and is empty when nothing waits', async () => {
        const outbox = told.store.outboxOf(NOCODB);
        await mirror('ann');
        expect(await outbox.findOldestUntoldMs()).toBe(NOW + MINUTE);
        await mirror('bob', 'eve');
        expect([await outbox.findOldestUntoldMs(), await outbox.countUntold()]).toEqual([undefined, 0]);
      });

      it('has each session as it is, with its revision, and what the consumer knows of it', async () => {
        await see('ann', 9);
        await told.store.outboxOf(NOCODB).setRecords([{ id: 'ann', recordId: '7' }]);
        await told.store.outboxOf(NOCODB).setStates([{ id: 'ann', state: 'mine' }]);
        const session = await told.store.findSession('ann');
        const rows = await told.store.outboxOf(NOCODB).listUntold(10);
        expect(rows.find((row) => row.session.id === 'ann')).toEqual({ session, revision: 2, recordId: '7' });
        const due = await told.store.outboxOf(NOCODB).listDue(NOW + 60 * MINUTE, 10);
        expect(due.find((row) => row.session.id === 'ann')).toEqual({
          session,
          revision: 2,
          recordId: '7',
          state: 'mine',
        });
      });
    });

    describe('the record ids', () => {
      it('are listed if they are known', async () => {
        await mirror('ann');
        await told.store.outboxOf(NOCODB).setRecords([
          { id: 'bob', recordId: RECORD_IN_DOUBT },
          { id: 'eve', recordId: null },
        ]);
        expect(await told.store.outboxOf(NOCODB).listRecords()).toEqual([{ id: 'ann', recordId: 'record of ann' }]);
        expect(await told.store.outboxOf(NOCODB).countRecords()).toBe(1);
      });

      it('are in doubt after being forgotten: by id, or from a time on', async () => {
        await mirror('ann', 'bob', 'eve');
        await told.store.outboxOf(NOCODB).forgetTold({ ids: ['ann'] });
        expect(await waiting()).toEqual(['ann']);
        await told.store.outboxOf(NOCODB).forgetTold({ fromMs: NOW + MINUTE });
        const all = await told.store.outboxOf(NOCODB).listUntold(10);
        expect(all.map(({ session, recordId }) => [session.id, recordId])).toEqual([
          ['ann', RECORD_IN_DOUBT],
          ['bob', RECORD_IN_DOUBT],
          ['eve', RECORD_IN_DOUBT],
        ]);
      });
    });
  });
}
