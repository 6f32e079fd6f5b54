// What a store must also keep when several processes write at a time, which SQLite never lets them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SessionStore } from '../../server/store/session-store.ts';
import { coveredMs } from './covered-ms.ts';
import { NOW, seen } from './store-contract.ts';
import type { StorePlace } from './store-place.ts';

const PROCESSES = 3;

/** @param makePlace makes an empty place for a store. */
export function describeConcurrency(name: string, makePlace: () => Promise<StorePlace>): void {
  describe(`the ${name} store, used by several processes`, () => {
    let query: StorePlace['query'];
    /** With connections of their own, as processes have them. */
    let stores: readonly SessionStore[];
    beforeEach(async () => {
      const place = await makePlace();
      ({ query } = place);
      stores = await Promise.all(Array.from({ length: PROCESSES }, place.open));
    });
    afterEach(async () => {
      await Promise.all(stores.map((store) => store.close()));
    });

    it('counts each span once, in whatever order their batches name the sessions', async () => {
      const [first] = stores;
      const sessions = ['a', 'b', 'c', 'd'];
      for (const id of sessions) await first?.createSession({ id, email: `${id}@example.com`, startMs: NOW });
      for (let round = 0; round < 8; round++)
        await Promise.all(
          stores.map((store, nth) => {
            const order = nth % 2 === 0 ? sessions : sessions.toReversed();
            return store.record(
              order.flatMap((session) => [
                seen(round * 10, round * 10 + 5 + nth, { id: `shared${round}`, session }),
                seen(round * 10 + nth, round * 10 + 8, { id: `own${nth}-${round}`, session }),
              ]),
            );
          }),
        );
      for (const id of sessions) {
        const spans = await first?.listSpans(id);
        expect(spans).toHaveLength(8 * (1 + PROCESSES));
        expect((await first?.findSession(id))?.readingMs).toBe(coveredMs(spans ?? []));
      }
    });

    it('tells each change, also one that comes while the one before is marked as told', async () => {
      const [writes, tells] = stores;
      if (!writes || !tells) throw new Error('too few');
      await writes.createSession({ id: 'ann', email: 'ann@example.com', startMs: NOW });
      const outbox = tells.outboxOf('events');
      await outbox.countUntold();
      const writer = { isDone: false };
      let told = 0;
      const writing = (async () => {
        for (let second = 1; second <= 40; second++) await writes.record([seen(0, second, { receivedS: second })]);
        writer.isDone = true;
      })();
      for (;;) {
        const { isDone } = writer;
        const untold = await outbox.listUntold(9);
        if (isDone && untold.length === 0) break;
        for (const { session, revision } of untold) {
          await outbox.markTold([{ id: session.id, revision, recordId: '1' }]);
          told = session.endMs ?? 0;
        }
      }
      await writing;
      expect(told).toBe(NOW + 40_000);
    });

    it('deletes sessions that are recorded meanwhile, and leaves nothing of them', async () => {
      const [writes, deletes] = stores;
      if (!writes || !deletes) throw new Error('too few');
      await deletes.outboxOf('events').countUntold();
      for (let round = 0; round < 10; round++) {
        const ids = [0, 1, 2].map((nth) => `s${round}-${nth}`);
        for (const id of ids) await writes.createSession({ id, email: 'x@example.com', startMs: NOW });
        const spans = ids.flatMap((session) => [seen(0, 5, { session }), seen(9, 12, { id: 't', session })]);
        await Promise.all([
          writes.record(spans),
          deletes.deleteSessions(ids.toReversed(), NOW),
          writes.totals.counting.count(ids),
          writes.outboxOf('events').setStates(ids.map((id) => ({ id, state: 'x' }))),
        ]);
      }
      const rows = await query(
        `SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM spans) + (SELECT count(*) FROM stretches)
           + (SELECT count(*) FROM told) + (SELECT count(*) FROM counted_sessions) AS rows,
           (SELECT count(*) FROM outbox WHERE kind = 'changed') AS changes,
           (SELECT count(*) FROM outbox WHERE kind = 'deleted') AS deletions`,
      );
      expect(rows).toEqual([{ rows: 0, changes: 0, deletions: 30 }]);
    });

    it('gives a lease to one of them', async () => {
      for (let round = 0; round < 10; round++) {
        const now = NOW + round * 1_000;
        const taken = await Promise.all(
          stores.map((store, nth) => store.leases.take('job', String(nth), now, now + 1_000)),
        );
        expect(taken.filter(Boolean)).toHaveLength(1);
      }
    });

    it('lets one of them use a code', async () => {
      const code = { email: 'ann@example.com', next: '/', isMeasured: true, codeHmac: 'right', sentMs: NOW };
      await stores[0]?.codes.add({ ...code, hash: 'h', untilMs: NOW + 1_000 }, 0);
      const used = await Promise.all(stores.map(({ codes }) => codes.use('h', 'right', NOW)));
      expect(used.filter(Boolean)).toHaveLength(1);
    });
  });
}
