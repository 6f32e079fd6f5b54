// The contract of a store's outbox (server/store/outbox.ts): what it leaves of a deleted session.
import { describe, expect, it } from 'vitest';
import { CREATION_MS, NOCODB, RECORD_IN_DOUBT } from '../../server/store/outbox.ts';
import { NOW } from './store-contract.ts';
import type { StorePlace } from './store-place.ts';
import { MINUTE, useToldStore } from './told-store.ts';

/** @param makePlace makes an empty place for a store. */
export function describeDeletions(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`the outbox of the ${name} store`, () => {
    const told = useToldStore(makePlace);
    const { waiting, mirror } = told;

    describe('a deleted session', () => {
      const deletions = async (consumer: string, afterMs: number): Promise<readonly unknown[]> =>
        told.store.outboxOf(consumer).deletions.listDue(NOW + 60 * MINUTE + afterMs, 10);
      const remove = (...ids: readonly string[]): Promise<number> => told.store.deleteSessions(ids, NOW + 60 * MINUTE);

      it('leaves a deletion to each consumer: at once if its record is known, and otherwise when none can be under way', async () => {
        await mirror('ann');
        await told.store.outboxOf(NOCODB).setRecords([{ id: 'bob', recordId: RECORD_IN_DOUBT }]);
        await waiting();
        await told.store.outboxOf('other').countUntold();
        expect(await remove('ann', 'bob', 'eve', 'eve', 'nobody')).toBe(3);
        expect(await waiting()).toEqual([]);
        expect(await deletions(NOCODB, 0)).toEqual([{ id: 'ann', recordId: 'record of ann' }]);
        expect(await deletions(NOCODB, CREATION_MS - 1)).toHaveLength(1);
        expect(await deletions(NOCODB, CREATION_MS)).toEqual([
          { id: 'ann', recordId: 'record of ann' },
          { id: 'bob', recordId: RECORD_IN_DOUBT },
          { id: 'eve', recordId: null },
        ]);
        expect(await told.store.outboxOf(NOCODB).deletions.listDue(NOW + 90 * MINUTE, 2)).toHaveLength(2);
        expect(await deletions('other', CREATION_MS)).toEqual(
          ['ann', 'bob', 'eve'].map((id) => ({ id, recordId: null })),
        );
      });

      it('counts as waiting, and its record as known, until the deletion is finished', async () => {
        await mirror('ann', 'bob');
        await remove('ann');
        const outbox = told.store.outboxOf(NOCODB);
        expect([await outbox.countUntold(), await outbox.countRecords()]).toEqual([2, 2]);
        expect(await outbox.listRecords()).toEqual([{ id: 'bob', recordId: 'record of bob' }]);
        await outbox.deletions.finish(['ann', 'eve']);
        expect([await outbox.countUntold(), await outbox.countRecords()]).toEqual([1, 1]);
        expect(await waiting()).toEqual(['eve']);
      });

      it('is left to each consumer by itself, which finishes its own deletions only', async () => {
        await mirror('ann');
        const other = told.store.outboxOf('other');
        await other.setRecords([{ id: 'ann', recordId: '7' }]);
        await remove('ann');
        await told.store.outboxOf(NOCODB).deletions.forgetRecords();
        expect(await deletions('other', 0)).toEqual([{ id: 'ann', recordId: '7' }]);
        expect([await other.countRecords(), await told.store.outboxOf(NOCODB).countRecords()]).toEqual([1, 0]);
        await other.deletions.finish(['ann']);
        expect(await deletions('other', CREATION_MS)).toEqual([]);
        expect(await deletions(NOCODB, CREATION_MS)).toHaveLength(1);
        // A change that waits is no deletion.
        await other.deletions.finish(['bob']);
        expect(await other.countUntold()).toBe(2);
      });

      it('loses its record when the table of the records is gone', async () => {
        await mirror('ann');
        await remove('ann');
        await told.store.outboxOf(NOCODB).deletions.forgetRecords();
        expect(await deletions(NOCODB, 0)).toEqual([{ id: 'ann', recordId: RECORD_IN_DOUBT }]);
        expect(await told.store.outboxOf(NOCODB).countRecords()).toBe(0);
      });

      it('gets neither record nor state from a consumer that still had it in hand', async () => {
        const outbox = told.store.outboxOf(NOCODB);
        await waiting();
        await remove('ann');
        const records = ['ann', 'bob'].map((id) => ({ id, recordId: RECORD_IN_DOUBT }));
        expect(await outbox.setRecords(records)).toEqual(new Set(['bob']));
        await outbox.markTold([{ id: 'ann', revision: 1, recordId: '7' }]);
        await outbox.setStates([{ id: 'ann', state: 'private' }]);
        await outbox.postpone([{ id: 'ann', revision: 1, dueMs: NOW + 9_999 * MINUTE }]);
        expect(await outbox.listRecords()).toEqual([]);
        expect(await deletions(NOCODB, CREATION_MS)).toEqual([{ id: 'ann', recordId: null }]);
        expect(await told.place.query("SELECT * FROM told WHERE session_id = 'ann'")).toEqual([]);
      });
    });
  });
}
