// The contract of a store's erasures (server/store/erasures.ts).
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOCODB } from '../../server/store/outbox.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { NOTHING_KEPT } from './nothing-kept.ts';
import { NOW, seen } from './store-contract.ts';

const MINUTE = 60_000;
const ANN = 'ann@example.com';
const BOB = 'bob@example.com';
const OF_ANN = {
  sessions: 2,
  spans: 6,
  invitations: 1,
  codes: 2,
  refusals: 3,
  isBlocked: true,
  isExcluded: true,
};
const OF_BOB = { ...NOTHING_KEPT, sessions: 1, spans: 3, invitations: 1, codes: 1, refusals: 1 };

/** Two sessions of Ann, one of them told to NocoDB, and one of Bob, each with three spans; and what else is kept of both. */
async function fill(store: SessionStore): Promise<void> {
  const outbox = store.outboxOf(NOCODB);
  // Nothing that a webhook has told can be deleted.
  for (const one of [outbox, store.outboxOf('webhook')]) await one.countUntold();
  for (const [id, email] of [
    ['ann-1', ANN],
    ['ann-2', ANN],
    ['bob-1', BOB],
  ] as const) {
    await store.createSession({ id, email, startMs: NOW });
    await store.record([0, 1, 2].map((nth) => seen(nth * 90, nth * 90 + 30, { id: `${nth}`, session: id })));
  }
  await outbox.setRecords([{ id: 'ann-1', recordId: '7' }]);
  await store.totals.setReaderExcluded(ANN, true);
  const asked = { next: '/', isMeasured: true, codeHmac: 'hmac', sentMs: NOW, untilMs: NOW + MINUTE };
  for (const [id, email, codes, tries] of [
    ['to-ann', ANN, ['one', 'two'], 3],
    ['to-bob', BOB, ['three'], 1],
  ] as const) {
    await store.invitations.add({ id, hash: id, email, pages: null, createdMs: NOW, untilMs: NOW + MINUTE });
    for (const hash of codes) await store.codes.add({ ...asked, hash, email }, 0);
    await store.refusals.add(new Map(), [{ email, tries, firstMs: NOW, lastMs: NOW + MINUTE }], NOW);
  }
  await store.blockedReaders.block(ANN, NOW + MINUTE);
  await store.totals.counting.count(['ann-1', 'ann-2', 'bob-1']);
}

/** @param open opens an empty store. */
export function describeErasures(name: string, open: () => Promise<SessionStore>): void {
  describe(`the erasures of the ${name} store`, () => {
    let store: SessionStore;
    beforeEach(async () => {
      store = await open();
      await fill(store);
    });
    afterEach(() => store.close());

    const sessions = async (): Promise<readonly string[]> =>
      (await store.listSessions({ pageSize: 9 })).map(({ id }) => id).toSorted();

    it('delete all that names a reader, as the preview says, and nothing of others', async () => {
      expect(await store.erasures.preview(ANN, NOW)).toEqual(OF_ANN);
      expect(await store.erasures.erase(ANN, NOW)).toEqual(OF_ANN);
      expect(await store.erasures.preview(ANN, NOW)).toEqual(NOTHING_KEPT);
      expect(await store.erasures.preview(BOB, NOW)).toEqual(OF_BOB);
      expect(await sessions()).toEqual(['bob-1']);
      expect(await store.totals.findReader({ email: ANN })).toBeUndefined();
      expect(await store.totals.findReader({ email: BOB })).toMatchObject({ sessions: 1 });
      expect(await store.totals.listExcludedReaders()).toEqual([]);
    });

    it('leave deletions to NocoDB until it has made them, and find nothing the second time', async () => {
      const outstanding = [{ consumer: NOCODB, sessions: 2 }];
      await store.erasures.erase(ANN, NOW);
      expect(await store.erasures.listOutstanding()).toEqual(outstanding);
      expect(await store.erasures.erase(ANN, NOW)).toEqual(NOTHING_KEPT);
      expect(await store.erasures.listOutstanding()).toEqual(outstanding);
      await store.outboxOf(NOCODB).deletions.finish(['ann-1', 'ann-2']);
      expect(await store.erasures.listOutstanding()).toEqual([]);
    });

    it('are not undone by what a device delivers later, and spare what begins later', async () => {
      await store.createSession({ id: 'ann-3', email: ANN, startMs: NOW + 1 });
      await store.erasures.erase(ANN, NOW);
      expect(await store.record([seen(0, 60, { id: 'late', session: 'ann-1' })])).toEqual(['unknown-session']);
      expect(await store.findSession('ann-1')).toBeUndefined();
      expect(await sessions()).toEqual(['ann-3', 'bob-1']);
    });

    it('know what is kept of a reader besides sessions, the newest first', async () => {
      await store.codes.add(
        { email: ANN, hash: 'zero', next: '/b/', isMeasured: true, codeHmac: '', sentMs: NOW + 1, untilMs: NOW + 2 },
        0,
      );
      expect(await store.erasures.findKept(ANN)).toMatchObject({
        invitations: [{ id: 'to-ann' }],
        codes: [{ next: '/b/' }, { next: '/' }, { next: '/' }],
        refused: { tries: 3, firstMs: NOW, lastMs: NOW + MINUTE },
        blockedSinceMs: NOW + MINUTE,
        isExcluded: true,
      });
      const none = { invitations: [], codes: [], refused: undefined, blockedSinceMs: undefined, isExcluded: false };
      expect(await store.erasures.findKept('nobody@example.com')).toEqual(none);
    });

    it('delete sessions without a sign of their reader since a time, so many at a time', async () => {
      await store.createSession({ id: 'never', email: BOB, startMs: NOW - MINUTE });
      await store.record([seen(600, 630, { id: 'more', session: 'ann-2' })]);
      const sinceMs = NOW + 5 * MINUTE;
      expect(await store.erasures.deleteUnseenSince(sinceMs, sinceMs, 1)).toBe(1);
      expect(await sessions()).toEqual(['ann-1', 'ann-2', 'bob-1']);
      expect(await store.erasures.deleteUnseenSince(sinceMs, sinceMs, 9)).toBe(2);
      expect(await store.erasures.deleteUnseenSince(sinceMs, sinceMs, 9)).toBe(0);
      expect(await sessions()).toEqual(['ann-2']);
    });

    it('delete codes and refused addresses of before a time, so many at a time', async () => {
      const later = { email: 'cy@example.com', tries: 1, firstMs: NOW, lastMs: NOW + 2 * MINUTE };
      await store.refusals.add(new Map(), [later], NOW);
      const times = { linksMs: 0, refusalsMs: NOW + 2 * MINUTE, codesMs: NOW + 1 };
      expect(await store.erasures.deleteEnded(times, 1)).toBe(2);
      expect(await store.erasures.deleteEnded(times, 9)).toBe(3);
      expect(await store.erasures.deleteEnded(times, 9)).toBe(0);
      expect(await store.refusals.listAddresses()).toEqual([later]);
    });
  });
}
