// The contract of a store's invitations (server/store/invitations.ts).
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewInvitation } from '../../server/store/invitations.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { NOTHING_KEPT } from './nothing-kept.ts';
import { NOW, seen } from './store-contract.ts';

const DAY = 24 * 3_600_000;

const invitation = (id: string, more: Partial<NewInvitation> = {}): NewInvitation => ({
  id,
  hash: `hash-${id}`,
  email: `${id}@example.com`,
  pages: null,
  createdMs: NOW,
  untilMs: NOW + DAY,
  ...more,
});

/** @param open opens an empty store. */
export function describeInvitations(name: string, open: () => Promise<SessionStore>): void {
  describe(`the invitations of the ${name} store`, () => {
    let store: SessionStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    /** A session that came by the invitation. */
    const come = (id: string, invitationId: string): Promise<void> =>
      store.createSession({
        id,
        email: `${invitationId}@example.com`,
        startMs: NOW,
        identity: 'invited',
        invitationId,
      });

    it('are found by their hash alone, and have no hash in them', async () => {
      await store.invitations.add(invitation('ann', { pages: '/report/' }));
      const { hash, ...kept } = invitation('ann', { pages: '/report/' });
      expect(await store.invitations.find(hash)).toEqual({ ...kept, revokedMs: null, openedMs: null });
      expect(await store.invitations.find('ann')).toBeUndefined();
      expect(await store.invitations.find('')).toBeUndefined();
    });

    it('are listed newest first, then by id, with the sessions made by each, and whether one of them read', async () => {
      await store.invitations.add(invitation('dan'));
      await store.invitations.add(invitation('ann'));
      await store.invitations.add(invitation('bea', { createdMs: NOW + 2 }));
      await store.invitations.add(invitation('cy', { createdMs: NOW + 1 }));
      for (const id of ['ann-1', 'ann-2']) await come(id, 'ann');
      await come('cy-1', 'cy');
      await store.createSession({ id: 'typed', email: 'bea@example.com', startMs: NOW });
      await store.record([
        seen(0, 5, { session: 'ann-2' }),
        seen(0, 4.999, { session: 'cy-1' }),
        seen(0, 60, { session: 'typed' }),
      ]);
      const list = await store.invitations.list();
      expect(list.map(({ id, sessions, isRead }) => [id, sessions, isRead])).toEqual([
        ['bea', 0, false],
        ['cy', 1, false],
        ['ann', 2, true],
        ['dan', 0, false],
      ]);
    });

    it('keep when they were first opened', async () => {
      for (const id of ['ann', 'bea']) await store.invitations.add(invitation(id));
      await store.invitations.setOpened('ann', NOW + 5);
      await store.invitations.setOpened('ann', NOW + 9);
      expect(await store.invitations.find('hash-ann')).toMatchObject({ openedMs: NOW + 5 });
      expect(await store.invitations.find('hash-bea')).toMatchObject({ openedMs: null });
    });

    it('end the access of all their sessions, and of no others, when they are revoked', async () => {
      for (const id of ['ann', 'bea']) {
        await store.invitations.add(invitation(id));
        for (const nth of [1, 2]) await come(`${id}-${nth}`, id);
      }
      await store.createSession({ id: 'typed', email: 'ann@example.com', startMs: NOW });
      await store.endAccess('ann-1', NOW + 3);
      expect(await store.invitations.revoke('ann', NOW + 7)).toBe(true);
      expect(await store.invitations.revoke('ann', NOW + 9)).toBe(false);
      expect(await store.invitations.revoke('nobody', NOW + 9)).toBe(false);
      const ended = async (id: string): Promise<unknown> => (await store.findAccess(id))?.accessEndedMs;
      const ids = ['ann-1', 'ann-2', 'bea-1', 'bea-2', 'typed'];
      expect(await Promise.all(ids.map(ended))).toEqual([NOW + 3, NOW + 7, null, null, null]);
      expect((await store.invitations.list()).map(({ id }) => id)).toEqual(['bea']);
      expect(await store.invitations.find('hash-ann')).toMatchObject({ revokedMs: NOW + 7 });
    });

    it('are deleted once they ended long enough ago, so many at a time, and not because another is made', async () => {
      await store.invitations.add(invitation('expired'));
      await store.invitations.add(invitation('revoked', { untilMs: NOW + 300 * DAY }));
      await store.invitations.revoke('revoked', NOW + DAY);
      await store.invitations.add(invitation('later', { untilMs: NOW + DAY + 1 }));
      await store.invitations.add(invitation('new', { createdMs: NOW + 60 * DAY, untilMs: NOW + 90 * DAY }));
      const left = async (): Promise<readonly string[]> => {
        const ids = ['expired', 'revoked', 'later', 'new'];
        const found = await Promise.all(ids.map((id) => store.invitations.find(`hash-${id}`)));
        return found.flatMap((one) => one?.id ?? []);
      };
      const times = { linksMs: NOW + DAY + 1, refusalsMs: 0, codesMs: 0 };
      expect(await left()).toEqual(['expired', 'revoked', 'later', 'new']);
      expect(await store.erasures.deleteEnded(times, 1)).toBe(1);
      expect(await left()).toHaveLength(3);
      expect(await store.erasures.deleteEnded(times, 10)).toBe(1);
      expect(await store.erasures.deleteEnded(times, 10)).toBe(0);
      expect(await left()).toEqual(['later', 'new']);
    });

    it('are erased with their reader, but for one that was made later', async () => {
      await store.invitations.add(invitation('ann'));
      await store.invitations.add(invitation('again', { email: 'ann@example.com', createdMs: NOW + 9 }));
      await store.invitations.add(invitation('bea'));
      const before = { ...NOTHING_KEPT, invitations: 1 };
      expect(await store.erasures.preview('ann@example.com', NOW)).toEqual(before);
      expect(await store.erasures.erase('ann@example.com', NOW)).toEqual(before);
      expect((await store.invitations.list()).map(({ id }) => id)).toEqual(['again', 'bea']);
    });
  });
}
