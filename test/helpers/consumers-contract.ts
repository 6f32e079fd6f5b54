// The contract of a store's outbox (server/store/outbox.ts): its consumers, and what each keeps.
import { describe, expect, it } from 'vitest';
import { NOW } from './store-contract.ts';
import type { StorePlace } from './store-place.ts';
import { MINUTE, useToldStore } from './told-store.ts';

/** @param makePlace makes an empty place for a store. */
export function describeConsumers(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`the outbox of the ${name} store`, () => {
    const told = useToldStore(makePlace);
    const { see } = told;

    describe('a consumer', () => {
      it('that another process has made known is told of what this one records', async () => {
        await see('ann', 1);
        const other = await told.place.open();
        for (const { session, revision } of await other.outboxOf('other').listUntold(10))
          await other.outboxOf('other').markTold([{ id: session.id, revision, recordId: '1' }]);
        expect(await other.outboxOf('other').countUntold()).toBe(0);
        await see('ann', 9);
        expect((await other.outboxOf('other').listUntold(10)).map(({ session }) => session.id)).toEqual(['ann']);
        await other.close();
      });

      it('is told at its own pace, whatever another one was told', async () => {
        const [one, two] = [told.store.outboxOf('one'), told.store.outboxOf('two')];
        await two.countUntold();
        for (const { session, revision } of await one.listUntold(10))
          await one.markTold([{ id: session.id, revision, recordId: '1' }]);
        await see('bob', 9);
        expect((await one.listUntold(10)).map(({ session }) => session.id)).toEqual(['bob']);
        expect((await two.listUntold(10)).map(({ session }) => session.id)).toEqual(['ann', 'bob', 'eve']);
        expect(await two.countRecords()).toBe(0);
      });
    });

    describe('a postponed session', () => {
      const due = async (minute: number): Promise<readonly string[]> =>
        (await told.store.outboxOf('events').listDue(NOW + minute * MINUTE, 10)).map(({ session }) => session.id);
      const postpone = async (id: string, minute: number): Promise<void> => {
        const rows = await told.store.outboxOf('events').listDue(NOW + 9_999 * MINUTE, 10);
        const row = rows.find(({ session }) => session.id === id);
        const dueMs = NOW + minute * MINUTE;
        await told.store.outboxOf('events').postpone([{ id, revision: row?.revision ?? 0, dueMs }]);
      };

      it('is due at its time, and at first when it changed, the earliest first', async () => {
        expect(await due(0)).toEqual(['ann']);
        expect(await due(2)).toEqual(['ann', 'bob', 'eve']);
        await postpone('ann', 30);
        expect(await due(29)).toEqual(['bob', 'eve']);
        expect(await due(30)).toEqual(['bob', 'eve', 'ann']);
        expect(await told.store.outboxOf('events').listDue(NOW + 30 * MINUTE, 1)).toHaveLength(1);
        expect(await told.store.outboxOf('events').countUntold()).toBe(3);
      });

      it('stays due if it has changed since it was looked at', async () => {
        const [row] = await told.store.outboxOf('events').listDue(NOW, 1);
        await see('ann', 1);
        await told.store
          .outboxOf('events')
          .postpone([{ id: 'ann', revision: row?.revision ?? 0, dueMs: NOW + 60 * MINUTE }]);
        expect(await due(2)).toContain('ann');
      });

      it('stays postponed when it changes later, and waits again from its next change on once it was told', async () => {
        await postpone('ann', 30);
        await see('ann', 1);
        expect(await due(29)).not.toContain('ann');
        const [, , row] = await told.store.outboxOf('events').listDue(NOW + 30 * MINUTE, 10);
        await told.store.outboxOf('events').markTold([{ id: 'ann', revision: row?.revision ?? 0, recordId: '1' }]);
        expect(await due(9_999)).not.toContain('ann');
        await see('ann', 40);
        expect(await due(40)).toContain('ann');
      });
    });

    describe('the state that a consumer keeps', () => {
      it('is its own, and stays when its session changes or is told', async () => {
        const [one, two] = [told.store.outboxOf('one'), told.store.outboxOf('two')];
        for (const outbox of [one, two]) expect((await outbox.listDue(NOW, 1))[0]?.state).toBeNull();
        await one.setStates([{ id: 'ann', state: 'first' }]);
        await one.setStates([{ id: 'ann', state: 'second' }]);
        await one.setRecords([{ id: 'ann', recordId: '7' }]);
        await one.markTold([{ id: 'ann', revision: 1, recordId: '7' }]);
        await see('ann', 1);
        expect((await one.listDue(NOW + MINUTE, 1))[0]).toMatchObject({ state: 'second', recordId: '7' });
        expect((await two.listDue(NOW + MINUTE, 1))[0]).toMatchObject({ state: null, recordId: null });
      });
    });

    describe('a consumer without history', () => {
      it('is told of sessions that begin or change after its first use', async () => {
        const outbox = told.store.outboxOf('late', false);
        expect(await outbox.listDue(NOW + 9_999 * MINUTE, 10)).toEqual([]);
        await see('bob', 5);
        await told.store.createSession({ id: 'new', email: 'new@example.com', startMs: NOW });
        const due = await outbox.listDue(NOW + 9_999 * MINUTE, 10);
        expect(due.map(({ session }) => session.id)).toEqual(['new', 'bob']);
      });
    });
  });
}
