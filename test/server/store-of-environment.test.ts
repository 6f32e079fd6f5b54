// fetchEmailAccessSessions as an owner's script calls it: configured only by the environment.
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { fetchEmailAccessSessions, openSqliteStore, openStore } from '../../server/index.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

async function makeStore(): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), 'stillhere-env-')), 'stillhere.db');
  const store = await openStore(`file:${file}`);
  await store.createSession({ id: 'ann', email: 'ann@example.com', startMs: 0 });
  await store.createSession({ id: 'bob', email: 'bob@example.com', startMs: 60_000 });
  await store.record([{ session: 'ann', receivedMs: 30_000 }]);
  await store.close();
  return file;
}

it('reads the store that STORE_URL names, and closes it', async () => {
  const file = await makeStore();
  vi.stubEnv('STORE_URL', `file:${file}`);
  const record = (id: string, sessionStartTime: string, sessionEndTime: string, readingTimeMs: number | null) => ({
    id,
    recordId: null,
    fields: { emailOfAccessor: `${id}@example.com`, sessionStartTime, sessionEndTime, readingTimeMs, pages: [] },
  });
  // Seen by the original contract, which doesn't measure reading.
  const ann = record('ann', '1970-01-01T00:00:00.000Z', '1970-01-01T00:00:30.000Z', null);
  // The original's code takes a missing end for "now".
  const bob = record('bob', '1970-01-01T00:01:00.000Z', '1970-01-01T00:01:00.000Z', 0);
  expect(await fetchEmailAccessSessions()).toStrictEqual([bob, ann]);
  expect(await fetchEmailAccessSessions({ email: ' ANN@example.com ' })).toStrictEqual([ann]);
  // SQLite deletes its log when the last connection closes.
  expect([file, `${file}-wal`].map((path) => existsSync(path))).toEqual([true, false]);
});

it('reports an invalid STORE_URL', async () => {
  vi.stubEnv('STORE_URL', 'stillhere.db');
  await expect(fetchEmailAccessSessions()).rejects.toThrow(/STORE_URL: must be/);
});

it('creates no store if there is none, and reports the path', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'stillhere-env-')), 'absent.db');
  vi.stubEnv('STORE_URL', `file:${file}`);
  await expect(fetchEmailAccessSessions()).rejects.toThrow(`There is no store ${file}.`);
  expect(existsSync(file)).toBe(false);
});

it('opens a store by its URL only, and one of a file by its former name, too', async () => {
  await expect(openStore('stillhere.db')).rejects.toThrow(/^A store has a URL like file:data\/stillhere\.db or /);
  const former = await openSqliteStore(await makeStore());
  expect(await former.findSession('bob')).toMatchObject({ email: 'bob@example.com' });
  await former.close();
});
