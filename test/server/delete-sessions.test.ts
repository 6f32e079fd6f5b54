// How deletions are divided into transactions, for which deliveries wait. test/helpers/deletions-contract.ts tests what they delete.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');

/** The sessions that each transaction deletes, given how many spans and stretches each has. */
async function divide(sizes: Readonly<Record<string, readonly [number, number]>>): Promise<readonly string[]> {
  const file = join(await makeMemoryFolder(), 'test.db');
  const transactions: string[] = [];
  const store = await openInlineStore(file, (run, statements) => {
    const deletion = statements.find(({ sql }) => sql.startsWith('delete from "sessions"'));
    if (deletion) transactions.push(deletion.parameters.join(' '));
    return run();
  });
  const connection = new DatabaseSync(file);
  const resize = connection.prepare('UPDATE sessions SET span_count = ?, stretch_count = ? WHERE id = ?');
  for (const [id, [spans, stretches]] of Object.entries(sizes)) {
    await store.createSession({ id, email: 'x@example.com', startMs: NOW });
    resize.run(spans, stretches, id);
  }
  connection.close();
  const ids = Object.keys(sizes);
  expect(await store.deleteSessions(ids, NOW)).toBe(ids.length);
  for (const id of ids) expect(await store.findSession(id)).toBeUndefined();
  await store.close();
  return transactions;
}

it('each transaction deletes about 2,000 rows, with those of each session apart from its spans', async () => {
  expect(await divide({ a: [900, 96], b: [996, 0], c: [0, 0] })).toEqual(['a b', 'c']);
  expect(await divide({ a: [900, 96], b: [997, 0], c: [0, 0] })).toEqual(['a', 'b c']);
});

it('a session that has more is deleted as a whole', async () => {
  expect(await divide({ a: [0, 0], b: [20_000, 4_000], c: [0, 0], d: [0, 0] })).toEqual(['a', 'b', 'c d']);
});
