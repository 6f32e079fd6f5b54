// The contract of a store's codes (server/store/codes.ts): compared and counted at once, used once, and forgotten.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MAX_TRIES, type MailedCode } from '../../server/store/codes.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { NOW } from './store-contract.ts';

const MINUTE = 60_000;
const ANN = { email: 'ann@example.com', next: '/confidential/', isMeasured: false };

/** @param place opens the store in the same place, repeatedly. */
export function describeCodes(name: string, place: () => Promise<() => Promise<SessionStore>>): void {
  describe(`a code of the ${name} store`, () => {
    let open: () => Promise<SessionStore>;
    let store: SessionStore;
    beforeEach(async () => {
      open = await place();
      store = await open();
    });
    afterEach(() => store.close());

    async function add(code: Partial<MailedCode> = {}, forgottenMs = 0): Promise<void> {
      const { hash = 'ann', codeHmac = 'right', sentMs = NOW } = code;
      await store.codes.add({ ...ANN, hash, codeHmac, sentMs, untilMs: sentMs + 10 * MINUTE, ...code }, forgottenMs);
    }

    it('is used once, by the browser that asked', async () => {
      await add();
      await add({ hash: 'bob', codeHmac: "bob's" });
      expect(await store.codes.use('bob', 'right', NOW)).toBeUndefined();
      expect(await store.codes.use('nobody', 'right', NOW)).toBeUndefined();
      expect(await store.codes.use('ann', 'right', NOW)).toEqual({ ...ANN, sentMs: NOW });
      expect(await store.codes.use('ann', 'right', NOW)).toBeUndefined();
      expect(await store.codes.find('ann')).toBeUndefined();
    });

    it.for([1, 2])('is used by one of two that come at once, to %i process(es)', async (processes) => {
      await add();
      const stores = [store, processes === 2 ? await open() : store] as const;
      const used = await Promise.all(stores.map(({ codes }) => codes.use('ann', 'right', NOW)));
      expect(used.filter((one) => one !== undefined)).toHaveLength(1);
      if (stores[1] !== store) await stores[1].close();
    });

    it('is refused from the sixth try on, also when the first five come at once', async () => {
      await add();
      const used = await Promise.all(Array.from({ length: MAX_TRIES }, () => store.codes.use('ann', 'wrong', NOW)));
      expect(used).toEqual(Array(MAX_TRIES).fill(undefined));
      expect(await store.codes.use('ann', 'right', NOW)).toBeUndefined();
      expect(await store.codes.use('ann', 'right', NOW)).toBeUndefined();
    });

    it('is accepted at the fifth try', async () => {
      await add();
      for (let time = 1; time < MAX_TRIES; time++) expect(await store.codes.use('ann', 'wrong', NOW)).toBeUndefined();
      expect(await store.codes.use('ann', 'right', NOW)).toMatchObject(ANN);
    });

    it('ends after its time, to the millisecond', async () => {
      await add();
      await add({ hash: 'bob' });
      expect(await store.codes.use('ann', 'right', NOW + 10 * MINUTE)).toBeUndefined();
      expect(await store.codes.use('bob', 'right', NOW + 10 * MINUTE - 1)).toMatchObject(ANN);
    });

    it('is replaced by a new one, with tries of its own, if the last one was sent long enough ago', async () => {
      await add();
      for (let time = 0; time < MAX_TRIES; time++) await store.codes.use('ann', 'wrong', NOW);
      const fresh = { hash: 'ann', codeHmac: 'fresh', sentMs: NOW + MINUTE, untilMs: NOW + 11 * MINUTE };
      expect(await store.codes.renew(fresh, NOW - 1)).toBe(false);
      expect(await store.codes.renew({ ...fresh, hash: 'nobody' }, NOW)).toBe(false);
      expect(await Promise.all([store.codes.renew(fresh, NOW), store.codes.renew(fresh, NOW)])).toEqual([true, false]);
      expect(await store.codes.use('ann', 'right', NOW + MINUTE)).toBeUndefined();
      expect(await store.codes.use('ann', 'fresh', NOW + MINUTE)).toEqual({ ...ANN, sentMs: NOW + MINUTE });
    });

    it('is replaced by a new one at once if the last one was sent before the clock was set back', async () => {
      await add();
      const at = (sentMs: number) => ({ hash: 'ann', codeHmac: 'fresh', sentMs, untilMs: sentMs + 10 * MINUTE });
      // Clocks of several servers differ a little.
      expect(await store.codes.renew(at(NOW - 10_000), NOW - MINUTE)).toBe(false);
      expect(await store.codes.renew(at(NOW - 60 * MINUTE), NOW - 61 * MINUTE)).toBe(true);
      expect(await store.codes.use('ann', 'fresh', NOW - 60 * MINUTE)).toMatchObject({ sentMs: NOW - 60 * MINUTE });
    });

    it('is deleted when another one is added and it is old, and when its reader is erased', async () => {
      await add();
      await add({ hash: 'later', sentMs: NOW + 1 });
      await add({ hash: 'bob', email: 'bob@example.com', sentMs: NOW + MINUTE }, NOW + 1);
      expect(await store.codes.find('ann')).toBeUndefined();
      expect(await store.codes.find('later')).toMatchObject(ANN);
      await store.erasures.erase(ANN.email, NOW + MINUTE);
      expect(await store.codes.find('later')).toBeUndefined();
      expect(await store.codes.find('bob')).toMatchObject({ email: 'bob@example.com' });
    });

    it('keeps whether its reader has chosen that nothing is measured', async () => {
      for (const isMeasured of [true, false]) {
        const hash = `measured: ${isMeasured}`;
        await add({ hash, isMeasured });
        expect(await store.codes.find(hash)).toEqual({ ...ANN, isMeasured, sentMs: NOW });
        expect(await store.codes.use(hash, 'right', NOW)).toEqual({ ...ANN, isMeasured, sentMs: NOW });
      }
    });

    it('is still there after a restart', async () => {
      await add();
      await store.close();
      store = await open();
      expect(await store.codes.use('ann', 'right', NOW)).toMatchObject(ANN);
    });
  });
}
