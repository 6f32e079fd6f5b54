// Ids that nobody can find out without the key, which the store keeps.
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openKeyedHash, type KeyedHash } from '../../../../server/store/keyed-hash.ts';
import { sqliteQueries } from '../../../../server/store/sqlite/dialect.ts';
import { prepareFile } from '../../../../server/store/sqlite/open.ts';
import { SqliteConnection } from '../../../../server/store/sqlite/sqlite-connection.ts';
import { makeMemoryFolder } from '../../../helpers/memory-folder.ts';

let connection: SqliteConnection;
beforeEach(async () => {
  connection = await openConnection();
});
afterEach(() => connection.close());

async function openConnection(): Promise<SqliteConnection> {
  const file = join(await makeMemoryFolder(), 'test.db');
  await prepareFile(file);
  return new SqliteConnection(file, false);
}

const open = (on = connection): Promise<KeyedHash> =>
  openKeyedHash(sqliteQueries(), { run: async (statements) => on.run(statements) });

it('an id is that of the text under the key in the store, and the key has 256 bits', async () => {
  const hash = await open();
  const [answer] = connection.run([{ sql: "SELECT text FROM notes WHERE name = 'id-key'", parameters: [] }]);
  const [row] = (answer?.rows ?? []) as { text: string }[];
  const key = Buffer.from(row?.text ?? '', 'base64url');
  expect(key).toHaveLength(32);
  const sign = (text: string): string => createHmac('sha256', key).update(text).digest('base64url').slice(0, 16);
  expect(hash('reader', 'ann@example.com')).toBe(sign('reader:ann@example.com'));
  expect(hash('page', '/a')).toBe(sign('page:/a'));
});

it('readers and pages of the same name have different ids, and each keeps its own', async () => {
  const hash = await open();
  const all = ['reader', 'page'] as const;
  const ids = all.flatMap((of) => ['a', 'b'].map((text) => hash(of, text)));
  expect(new Set(ids).size).toBe(4);
  expect(all.flatMap((of) => ['a', 'b'].map((text) => hash(of, text)))).toEqual(ids);
});

it('ids stay when the store is opened again, also by two processes at once, and differ from those of another', async () => {
  const [one, two] = await Promise.all([open(), open()]);
  const later = await open();
  expect([two('page', '/a'), later('page', '/a')]).toEqual([one('page', '/a'), one('page', '/a')]);
  const elsewhere = await openConnection();
  expect((await open(elsewhere))('page', '/a')).not.toBe(one('page', '/a'));
  elsewhere.close();
});
