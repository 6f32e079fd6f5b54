// The commands that docs/ gives for the store's file do what is said of them.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SessionStore } from '../../../server/store/session-store.ts';
import { openStore } from '../../../server/store/open-store.ts';
import { readSnippet } from '../../helpers/read-snippet.ts';
import { typeCommand } from '../../helpers/type-command.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');

let folder: string;
let store: SessionStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stillhere-docs-'));
  store = await openStore(`file:${join(folder, 'data/stillhere.db')}`);
  for (const name of ['ann', 'bob']) {
    await store.createSession({ id: name, email: `${name}@example.com`, startMs: NOW });
    const span = { id: 'a', page: `/for-${name}/`, startMs: NOW, endMs: NOW + 60_000, offsetMs: 0 };
    await store.record([{ session: name, receivedMs: NOW + 60_000, span }]);
  }
});
afterEach(() => rm(folder, { recursive: true }));

async function readEmails(one: SessionStore): Promise<readonly string[]> {
  return (await one.listSessions({ pageSize: 10 })).map(({ email }) => email).toSorted();
}

it('erasing a reader removes that reader from the file, and no one else', async () => {
  await store.totals.counting.count(['ann', 'bob']);
  for (const name of ['ann', 'bob']) await store.totals.setReaderExcluded(`${name}@example.com`, true);
  await store.close();
  const command = await readSnippet('docs/privacy.md', 'sh', 'stillhere erase');
  await typeCommand(command, folder);
  for (const file of await readdir(join(folder, 'data')))
    expect(await readFile(join(folder, 'data', file), 'latin1')).not.toContain('ann@example');
  const after = await openStore(`file:${join(folder, 'data/stillhere.db')}`);
  expect(await readEmails(after)).toEqual(['bob@example.com']);
  expect(await after.listSpans('ann')).toEqual([]);
  expect(await after.listSpans('bob')).toHaveLength(1);
  const span = { id: 'b', page: '/', startMs: NOW, endMs: NOW, offsetMs: 0 };
  expect(await after.totals.listExcludedReaders()).toEqual(['bob@example.com']);
  await after.totals.setReaderExcluded('bob@example.com', false);
  await after.totals.counting.count(['bob']);
  const readers = await after.totals.listReaders({ sort: 'last', pageSize: 9 });
  expect(readers.map(({ email, readingMs }) => [email, readingMs])).toEqual([['bob@example.com', 60_000]]);
  expect(await after.record([{ session: 'ann', receivedMs: NOW, span }])).toEqual(['unknown-session']);
  await after.close();
});
