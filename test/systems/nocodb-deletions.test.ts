// The records of deleted sessions in a real NocoDB.
import { describe, expect, it } from 'vitest';
import { CREATION_MS, NOCODB } from '../../server/store/outbox.ts';
import {
  catchUp,
  describeNocoDB,
  expectEqual,
  makeSessions,
  mirror,
  noco,
  read,
  rows,
  store,
  tableId,
} from '../helpers/nocodb/mirrored-store.ts';

/** Deletes sessions as of a time at which no creation can be under way any more. */
function remove(from: number, to: number): Promise<number> {
  const ids = Array.from({ length: to - from }, (_, nth) => `session_-${from + nth}`);
  return store.deleteSessions(ids, Date.now() - CREATION_MS);
}

describeNocoDB(() => {
  describe('the mirror', () => {
    it('deletes the records of deleted sessions, those that people deleted and copied included', async () => {
      await makeSessions(35);
      await catchUp();
      const [first, second] = await rows();
      const path = `/api/v3/data/{base}/${await tableId()}/records`;
      await noco.ask('DELETE', path, [{ id: first?.id }]);
      // PostgreSQL keeps the key unique, NocoDB's own SQLite doesn't.
      await noco.tell('POST', path, [{ fields: { sessionId: second?.fields['sessionId'] } }]);
      await remove(0, 25);
      await read('session_-30', 10);
      await catchUp();
      await expectEqual();
      expect(await rows()).toHaveLength(10);
    });

    it('deletes them when NocoDB is back', async () => {
      await makeSessions(12);
      await catchUp();
      await noco.stop();
      await remove(0, 12);
      await mirror.round();
      expect(await store.outboxOf(NOCODB).countUntold()).toBe(12);
      await noco.start();
      await catchUp();
      expect(await rows()).toEqual([]);
    });

    it('finds the record whose creation was in doubt', async () => {
      await makeSessions(3);
      await catchUp();
      const records = ['session_-0', 'session_-1'].map((id) => ({ id, recordId: id.endsWith('0') ? '' : null }));
      await store.outboxOf(NOCODB).setRecords(records);
      await remove(0, 2);
      await catchUp();
      await expectEqual();
      expect(await rows()).toHaveLength(1);
    });
  });
});
