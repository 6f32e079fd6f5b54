// The outbox's contract (server/store/outbox.ts). test/server/outbox-of-many.test.ts tests it with many sessions.
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CREATION_MS, NOCODB, RECORD_IN_DOUBT } from '../../server/store/outbox.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { SqliteConnection } from '../../server/store/sqlite/sqlite-connection.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const MINUTE = 60_000;

let file: string;
let store: SessionStore;
beforeEach(async () => {
  file = join(await makeMemoryFolder(), 'test.db');
  store = await openInlineStore(file);
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

describe('the order of what waits', () => {
  const list = async (limit: number, order?: 'oldest' | 'newest'): Promise<readonly string[]> =>
    (await store.outboxOf(NOCODB).listUntold(limit, undefined, order)).map(({ session }) => session.id);

  it('is by the time of the change, and by id where that is the same; the newest first if asked for', async () => {
    for (const id of ['zoe', 'cat']) await store.createSession({ id, email: 'x@example.com', startMs: NOW + MINUTE });
    expect(await list(10)).toEqual(['ann', 'bob', 'cat', 'zoe', 'eve']);
    expect(await list(10, 'newest')).toEqual(['eve', 'zoe', 'cat', 'bob', 'ann']);
    expect([await list(2), await list(2, 'newest')]).toEqual([
      ['ann', 'bob'],
      ['eve', 'zoe'],
    ]);
    const due = await store.outboxOf(NOCODB).listDue(NOW + MINUTE, 10);
    expect(due.map(({ session }) => session.id)).toEqual(['ann', 'bob', 'cat', 'zoe']);
    const deletedAt = NOW + 60 * MINUTE;
    await store.deleteSessions(['zoe', 'cat', 'bob'], deletedAt);
    const deletions = await store.outboxOf(NOCODB).deletions.listDue(deletedAt + CREATION_MS, 10);
    expect(deletions.map(({ id }) => id)).toEqual(['bob', 'cat', 'zoe']);
    expect(await store.outboxOf(NOCODB).findOldestUntoldMs()).toBe(NOW);
  });

  it('begins with those that have waited longest, and is empty when nothing waits', async () => {
    const outbox = store.outboxOf(NOCODB);
    await mirror('ann');
    expect(await outbox.findOldestUntoldMs()).toBe(NOW + MINUTE);
    await mirror('bob', 'eve');
    expect([await outbox.findOldestUntoldMs(), await outbox.countUntold()]).toEqual([undefined, 0]);
  });

  it('has each session as it is, with its revision, and what the consumer knows of it', async () => {
    await see('ann', 9);
    await store.outboxOf(NOCODB).setRecords([{ id: 'ann', recordId: '7' }]);
    await store.outboxOf(NOCODB).setStates([{ id: 'ann', state: 'mine' }]);
    const session = await store.findSession('ann');
    const rows = await store.outboxOf(NOCODB).listUntold(10);
    expect(rows.find((row) => row.session.id === 'ann')).toEqual({ session, revision: 2, recordId: '7' });
    const due = await store.outboxOf(NOCODB).listDue(NOW + 60 * MINUTE, 10);
    expect(due.find((row) => row.session.id === 'ann')).toEqual({
      session,
      revision: 2,
      recordId: '7',
      state: 'mine',
    });
  });
});

describe('a consumer', () => {
  it('becomes known with its first use, also if that failed at first', async () => {
    vi.spyOn(SqliteConnection.prototype, 'addConsumer').mockImplementationOnce(() => {
      throw new Error('the disk is full');
    });
    const outbox = store.outboxOf('other');
    await expect(outbox.countUntold()).rejects.toThrow('the disk is full');
    expect(await outbox.countUntold()).toBe(3);
  });

  it('that another process has made known is told of what this one records', async () => {
    await see('ann', 1);
    const other = await openInlineStore(file);
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

describe('a postponed session', () => {
  const due = async (minute: number): Promise<readonly string[]> =>
    (await store.outboxOf('events').listDue(NOW + minute * MINUTE, 10)).map(({ session }) => session.id);
  const postpone = async (id: string, minute: number): Promise<void> => {
    const rows = await store.outboxOf('events').listDue(NOW + 9_999 * MINUTE, 10);
    const row = rows.find(({ session }) => session.id === id);
    const dueMs = NOW + minute * MINUTE;
    await store.outboxOf('events').postpone([{ id, revision: row?.revision ?? 0, dueMs }]);
  };

  it('is due at its time, and at first when it changed, the earliest first', async () => {
    expect(await due(0)).toEqual(['ann']);
    expect(await due(2)).toEqual(['ann', 'bob', 'eve']);
    await postpone('ann', 30);
    expect(await due(29)).toEqual(['bob', 'eve']);
    expect(await due(30)).toEqual(['bob', 'eve', 'ann']);
    expect(await store.outboxOf('events').listDue(NOW + 30 * MINUTE, 1)).toHaveLength(1);
    expect(await store.outboxOf('events').countUntold()).toBe(3);
  });

  it('stays due if it has changed since it was looked at', async () => {
    const [row] = await store.outboxOf('events').listDue(NOW, 1);
    await see('ann', 1);
    await store.outboxOf('events').postpone([{ id: 'ann', revision: row?.revision ?? 0, dueMs: NOW + 60 * MINUTE }]);
    expect(await due(2)).toContain('ann');
  });

  it('stays postponed when it changes later, and waits again from its next change on once it was told', async () => {
    await postpone('ann', 30);
    await see('ann', 1);
    expect(await due(29)).not.toContain('ann');
    const [, , row] = await store.outboxOf('events').listDue(NOW + 30 * MINUTE, 10);
    await store.outboxOf('events').markTold([{ id: 'ann', revision: row?.revision ?? 0, recordId: '1' }]);
    expect(await due(9_999)).not.toContain('ann');
    await see('ann', 40);
    expect(await due(40)).toContain('ann');
  });
});

describe('the state that a consumer keeps', () => {
  it('is its own, and stays when its session changes or is told', async () => {
    const [one, two] = [store.outboxOf('one'), store.outboxOf('two')];
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
    const outbox = store.outboxOf('late', false);
    expect(await outbox.listDue(NOW + 9_999 * MINUTE, 10)).toEqual([]);
    await see('bob', 5);
    await store.createSession({ id: 'new', email: 'new@example.com', startMs: NOW });
    const due = await outbox.listDue(NOW + 9_999 * MINUTE, 10);
    expect(due.map(({ session }) => session.id)).toEqual(['new', 'bob']);
  });
});

describe('a deleted session', () => {
  const deletions = async (consumer: string, afterMs: number): Promise<readonly unknown[]> =>
    store.outboxOf(consumer).deletions.listDue(NOW + 60 * MINUTE + afterMs, 10);
  const remove = (...ids: readonly string[]): Promise<number> => store.deleteSessions(ids, NOW + 60 * MINUTE);

  it('leaves a deletion to each consumer: at once if its record is known, and otherwise when none can be under way', async () => {
    await mirror('ann');
    await store.outboxOf(NOCODB).setRecords([{ id: 'bob', recordId: RECORD_IN_DOUBT }]);
    await waiting();
    await store.outboxOf('other').countUntold();
    expect(await remove('ann', 'bob', 'eve', 'eve', 'nobody')).toBe(3);
    expect(await waiting()).toEqual([]);
    expect(await deletions(NOCODB, 0)).toEqual([{ id: 'ann', recordId: 'record of ann' }]);
    expect(await deletions(NOCODB, CREATION_MS - 1)).toHaveLength(1);
    expect(await deletions(NOCODB, CREATION_MS)).toEqual([
      { id: 'ann', recordId: 'record of ann' },
      { id: 'bob', recordId: RECORD_IN_DOUBT },
      { id: 'eve', recordId: null },
    ]);
    expect(await store.outboxOf(NOCODB).deletions.listDue(NOW + 90 * MINUTE, 2)).toHaveLength(2);
    expect(await deletions('other', CREATION_MS)).toEqual(['ann', 'bob', 'eve'].map((id) => ({ id, recordId: null })));
  });

  it('counts as waiting, and its record as known, until the deletion is finished', async () => {
    await mirror('ann', 'bob');
    await remove('ann');
    const outbox = store.outboxOf(NOCODB);
    expect([await outbox.countUntold(), await outbox.countRecords()]).toEqual([2, 2]);
    expect(await outbox.listRecords()).toEqual([{ id: 'bob', recordId: 'record of bob' }]);
    await outbox.deletions.finish(['ann', 'eve']);
    expect([await outbox.countUntold(), await outbox.countRecords()]).toEqual([1, 1]);
    expect(await waiting()).toEqual(['eve']);
  });

  it('is left to each consumer by itself, which finishes its own deletions only', async () => {
    await mirror('ann');
    const other = store.outboxOf('other');
    await other.setRecords([{ id: 'ann', recordId: '7' }]);
    await remove('ann');
    await store.outboxOf(NOCODB).deletions.forgetRecords();
    expect(await deletions('other', 0)).toEqual([{ id: 'ann', recordId: '7' }]);
    expect([await other.countRecords(), await store.outboxOf(NOCODB).countRecords()]).toEqual([1, 0]);
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
    await store.outboxOf(NOCODB).deletions.forgetRecords();
    expect(await deletions(NOCODB, 0)).toEqual([{ id: 'ann', recordId: RECORD_IN_DOUBT }]);
    expect(await store.outboxOf(NOCODB).countRecords()).toBe(0);
  });

  it('gets neither record nor state from a consumer that still had it in hand', async () => {
    const outbox = store.outboxOf(NOCODB);
    await waiting();
    await remove('ann');
    const records = ['ann', 'bob'].map((id) => ({ id, recordId: RECORD_IN_DOUBT }));
    expect(await outbox.setRecords(records)).toEqual(new Set(['bob']));
    await outbox.markTold([{ id: 'ann', revision: 1, recordId: '7' }]);
    await outbox.setStates([{ id: 'ann', state: 'private' }]);
    await outbox.postpone([{ id: 'ann', revision: 1, dueMs: NOW + 9_999 * MINUTE }]);
    expect(await outbox.listRecords()).toEqual([]);
    expect(await deletions(NOCODB, CREATION_MS)).toEqual([{ id: 'ann', recordId: null }]);
    await store.close();
    const connection = new DatabaseSync(file);
    expect(connection.prepare("SELECT * FROM told WHERE session_id = 'ann'").all()).toEqual([]);
    connection.close();
    store = await openInlineStore(file);
  });

  it('is found without passing the changes that wait', async () => {
    const connection = new DatabaseSync(file);
    const plan = connection
      .prepare(
        `EXPLAIN QUERY PLAN SELECT session_id FROM outbox WHERE consumer = ? AND kind = 'deleted' AND due_ms <= ?
           ORDER BY due_ms, session_id`,
      )
      .all('nocodb', 1);
    expect(plan.map(({ detail }) => detail)).toEqual([expect.stringMatching(/^SEARCH .*INDEX outbox_deletions/)]);
    connection.close();
  });
});

describe('a lease', () => {
  it('has one holder, who can renew it, and is free again when it expires or is released', async () => {
    const other = await openInlineStore(file);
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
