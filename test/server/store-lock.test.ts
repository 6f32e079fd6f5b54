// Another process holds SQLite's write lock: deliveries are refused for now, and nothing else waits.
import { mkdtemp } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createReceiver } from '../../server/deliveries/receive-spans.ts';
import { openStore } from '../../server/store/open-store.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { until } from '../helpers/until.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const BEAT = {
  session: 'ann',
  receivedMs: NOW + 60_000,
  span: { id: 's', page: '/a/', startMs: NOW, endMs: NOW + 30_000, offsetMs: 0 },
};

let store: SessionStore;
let other: DatabaseSync;
beforeEach(async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'stillhere-lock-')), 'test.db');
  store = await openStore(`file:${file}`);
  await store.createSession({ id: 'ann', email: 'ann@example.com', startMs: NOW });
  other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
});
afterEach(async () => {
  other.close();
  await store.close();
});

it('answers deliveries with 503 and when to try again, and stores them once the lock is gone', async () => {
  const receive = createReceiver(store);
  await expect(receive([BEAT])).rejects.toMatchObject({ status: 503, retryAfterSeconds: expect.any(Number) as number });
  other.exec('ROLLBACK');
  expect(await receive([BEAT])).toEqual(['stored']);
});

it('makes a consumer known once the lock is gone, though its first use failed', async () => {
  const outbox = store.outboxOf('one');
  await expect(outbox.countUntold()).rejects.toThrow('database is locked');
  other.exec('ROLLBACK');
  expect(await outbox.countUntold()).toBe(1);
});

it('lets readers in and shows the owner what there is, while a delivery waits', async () => {
  // Reads that wait for the lock would never be answered before the delivery is. On a busy machine one may take as long.
  const ask = async (): Promise<boolean> => {
    let isWaiting = true;
    const beat = store.record([BEAT]).finally(() => (isWaiting = false));
    beat.catch(() => {});
    await expectReads();
    const isAnswered = isWaiting;
    await expect(beat).rejects.toThrow('database is locked');
    return isAnswered;
  };
  await until(ask);
});

async function expectReads(): Promise<void> {
  expect(await store.findAccess('ann')).toEqual({
    email: 'ann@example.com',
    identity: 'typed',
    invitationId: null,
    accessEndedMs: null,
    accessPages: null,
    isBlocked: false,
  });
  expect(await store.listSessions({ pageSize: 10 })).toHaveLength(1);
  expect(await store.listSpans('ann')).toEqual([]);
}
