// The outbox in SQLite: what fails in it, and how it is read. Its contract is in test/helpers/outbox-contract.ts.
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { SessionStore } from '../../server/store/session-store.ts';
import { SqliteConnection } from '../../server/store/sqlite/sqlite-connection.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';
import { NOW } from '../helpers/store-contract.ts';

let file: string;
let store: SessionStore;
beforeEach(async () => {
  file = join(await makeMemoryFolder(), 'test.db');
  store = await openInlineStore(file);
});
afterEach(() => store.close());

it('a consumer becomes known with its first use, also if that failed at first', async () => {
  await store.createSession({
    id: 'ann',
    email: 'ann@example.com',
    startMs: NOW,
  });
  vi.spyOn(SqliteConnection.prototype, 'addConsumer').mockImplementationOnce(() => {
    throw new Error('the disk is full');
  });
  const outbox = store.outboxOf('other');
  await expect(outbox.countUntold()).rejects.toThrow('the disk is full');
  expect(await outbox.countUntold()).toBe(1);
});

it('a deleted session is found without passing the changes that wait', async () => {
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
