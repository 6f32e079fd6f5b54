// The outbox with more sessions than a statement of SQLite takes values.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { NOCODB } from '../../server/store/outbox.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
/** A statement takes 32,766 values. */
const MANY = 33_000;

it('record ids can be set, forgotten and told for all of them', async () => {
  const file = join(await makeMemoryFolder(), 'test.db');
  const store = await openInlineStore(file);
  await store.createSession({ id: 'ann', email: 'ann@example.com', startMs: NOW + 1 });
  const many = Array.from({ length: MANY }, (_, nth) => `s${nth}`);
  // Faster than one by one.
  const connection = new DatabaseSync(file);
  const statement = connection.prepare('INSERT INTO sessions (id, ref, email, start_ms) VALUES (?, ?, ?, ?)');
  connection.exec('BEGIN');
  for (const id of many) statement.run(id, `ref of ${id}`, `${id}@example.com`, NOW);
  connection.exec('COMMIT');
  connection.close();
  const outbox = store.outboxOf(NOCODB);
  await outbox.setRecords(many.map((id) => ({ id, recordId: id })));
  expect(await outbox.countRecords()).toBe(many.length);
  await outbox.forgetTold({ ids: [...many, 'ann'] });
  expect(await outbox.findOldestUntoldMs()).toBe(NOW);
  await outbox.markTold(many.map((id) => ({ id, revision: 1, recordId: `new ${id}` })));
  expect(await outbox.countUntold()).toBe(1);
  expect((await outbox.listRecords()).find(({ id }) => id === `s${MANY - 1}`)?.recordId).toBe(`new s${MANY - 1}`);
  await store.close();
});
