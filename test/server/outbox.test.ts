// The outbox's contract (server/store/outbox.ts).
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NOCODB, RECORD_IN_DOUBT } from '../../server/store/outbox.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openStore } from '../../server/store/open-store.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const MINUTE = 60_000;

let file: string;
let store: SessionStore;
beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'stillhere-store-')), 'test.db');
  store = await openStore(`file:${file}`);
  for (const [nth, id] of ['ann', 'bob', 'eve'].entries())
    await store.createSession({ id, email: `${id}@example.com`, startMs: NOW + nth * MINUTE });
});
afterEach(() => store.close());

async function see(id: string, minute: number): Promise<void> {
  const endMs = NOW + minute * MINUTE;
  const span = { id: 's', page: '/a/', startMs: NOW, endMs, offsetMs: 0 };
  await store.record([{ session: id, receivedMs: endMs, span }]);
}

async function waiting(quietSinceMs?: number): Promise<readonly string[]> {
  return (await store.outboxOf(NOCODB).listUntold(10, quietSinceMs)).map(({ session }) => session.id);
}

async function mirror(...ids: readonly string[]): Promise<void> {
  const shown = (await store.outboxOf(NOCODB).listUntold(10)).filter(({ session }) => ids.includes(session.id));
  await store
    .outboxOf(NOCODB)
    .markTold(shown.map(({ session: { id }, revision }) => ({ id, revision, recordId: `record of ${id}` })));
}

describe('the unmirrored sessions', () => {
  it('are all that changed, those that have waited longest first, and at most as many as requested', async () => {
    await waiting();
    await see('ann', 9);
    expect(await waiting()).toEqual(['ann', 'bob', 'eve']);
    expect(await store.outboxOf(NOCODB).listUntold(1)).toHaveLength(1);
    expect(await store.outboxOf(NOCODB).countUntold()).toBe(3);
  });

  it('do not include those that NocoDB shows, until they change again', async () => {
    await mirror('ann', 'bob');
    expect(await waiting()).toEqual(['eve']);
    await see('bob', 9);
    expect(await waiting()).toEqual(['eve', 'bob']);
    expect((await store.findSession('ann'))?.isMirrored).toBe(true);
  });

  it('still include one that changed while it was written', async () => {
    const before = (await store.outboxOf(NOCODB).listUntold(10)).find(({ session }) => session.id === 'ann');
    await see('ann', 9);
    await store.outboxOf(NOCODB).markTold([{ id: 'ann', revision: before?.revision ?? 0, recordId: '7' }]);
    expect(await waiting()).toContain('ann');
  });

  it('can exclude active sessions, except those without a record', async () => {
    await mirror('ann', 'bob');
    for (const id of ['ann', 'eve']) await see(id, 60);
    await see('bob', 30);
    expect(await waiting(NOW + 45 * MINUTE)).toEqual(['eve', 'bob']);
  });
});

describe('a consumer', () => {
  it('that another process has made known is told of what this one records', async () => {
    await see('ann', 1);
    const other = await openStore(`file:${file}`);
    for (const { session, revision } of await other.outboxOf('other').listUntold(10))
      await other.outboxOf('other').markTold([{ id: session.id, revision, recordId: '1' }]);
    expect(await other.outboxOf('other').countUntold()).toBe(0);
    await see('ann', 9);
    expect((await other.outboxOf('other').listUntold(10)).map(({ session }) => session.id)).toEqual(['ann']);
    await other.close();
  });

  it('is told at its own pace, whatever another one was told', async () => {
    const [one, two] = [store.outboxOf('one'), store.outboxOf('two')];
    await two.countUntold();
    for (const { session, revision } of await one.listUntold(10))
      await one.markTold([{ id: session.id, revision, recordId: '1' }]);
    await see('bob', 9);
    expect((await one.listUntold(10)).map(({ session }) => session.id)).toEqual(['bob']);
    expect((await two.listUntold(10)).map(({ session }) => session.id)).toEqual(['ann', 'bob', 'eve']);
    expect(await two.countRecords()).toBe(0);
  });
});

describe('the record ids', () => {
  it('can be set and forgotten for more sessions than a statement of SQLite takes values', async () => {
    const many = Array.from({ length: 40_000 }, (_, nth) => `s${nth}`);
    const outbox = store.outboxOf(NOCODB);
    await outbox.setRecords(many.map((id) => ({ id, recordId: id })));
    expect(await outbox.countRecords()).toBe(many.length);
    await outbox.forgetTold({ ids: [...many, 'ann'] });
    expect(await outbox.findOldestUntoldMs()).toBe(NOW);
    await outbox.markTold(many.map((id) => ({ id, revision: 1, recordId: `new ${id}` })));
    expect((await outbox.listRecords()).find(({ id }) => id === 's39999')?.recordId).toBe('new s39999');
  });

  it('are listed if they are known', async () => {
    await mirror('ann');
    await store.outboxOf(NOCODB).setRecords([
      { id: 'bob', recordId: RECORD_IN_DOUBT },
      { id: 'eve', recordId: null },
    ]);
    expect(await store.outboxOf(NOCODB).listRecords()).toEqual([{ id: 'ann', recordId: 'record of ann' }]);
    expect(await store.outboxOf(NOCODB).countRecords()).toBe(1);
  });

  it('are in doubt after being forgotten: by id, or from a time on', async () => {
    await mirror('ann', 'bob', 'eve');
    await store.outboxOf(NOCODB).forgetTold({ ids: ['ann'] });
    expect(await waiting()).toEqual(['ann']);
    await store.outboxOf(NOCODB).forgetTold({ fromMs: NOW + MINUTE });
    const all = await store.outboxOf(NOCODB).listUntold(10);
    expect(all.map(({ session, recordId }) => [session.id, recordId])).toEqual([
      ['ann', RECORD_IN_DOUBT],
      ['bob', RECORD_IN_DOUBT],
      ['eve', RECORD_IN_DOUBT],
    ]);
  });
});

describe('a lease', () => {
  it('has one holder, who can renew it, and is free again when it expires or is released', async () => {
    const other = await openStore(`file:${file}`);
    const take = (by: SessionStore, holder: string, now: number, until: number) =>
      by.leases.take('mirror', holder, now, until);
    expect(await take(store, 'a', 0, 30)).toBe(true);
    expect(await take(other, 'b', 29, 59)).toBe(false);
    expect(await take(store, 'a', 29, 59)).toBe(true);
    expect(await take(other, 'b', 58, 99)).toBe(false);
    expect(await take(other, 'b', 59, 99)).toBe(true);
    expect(await take(other, 'b', 60, 60)).toBe(true);
    expect(await take(store, 'a', 60, 90)).toBe(true);
    await other.close();
  });
});
