// What `stillhere store copy` says where one of the two stores can't be used. What needs a database that answers is in
// test/systems/store-copy-places.test.ts.
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, expect, it } from 'vitest';
import { copyStore } from '../../server/store/copy/copy-store.ts';
import { prepareFile } from '../../server/store/sqlite/open.ts';
import { freePort } from '../helpers/free-port.ts';
import { runCli } from '../helpers/run-cli.ts';

const NOWHERE = 'postgres://ann:secret-password@127.0.0.1:1/stillhere';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stillhere-copy-'));
  file = join(folder, 'stillhere.db');
  await prepareFile(file);
});

const copy = (from: string, to: string) => copyStore(from, to, () => {});

it('needs a file to copy from, and makes none', async () => {
  const missing = join(folder, 'missing.db');
  await expect(copy(`file:${missing}`, NOWHERE)).rejects.toThrow(
    /^There is no store \S+missing\.db\. A store has a URL/,
  );
  expect(existsSync(missing)).toBe(false);
  for (const from of [file, 'file:', NOWHERE, 'mysql://localhost/x'])
    await expect(copy(from, NOWHERE)).rejects.toThrow(/^FROM: must be an SQLite file, like file:data\/stillhere\.db/);
});

it('needs a database to copy to', async () => {
  for (const to of [`file:${file}`, `file:${join(folder, 'other.db')}`, 'postgres://localhost', 'postgres:', ''])
    await expect(copy(`file:${file}`, to)).rejects.toThrow(
      /^TO: must be a PostgreSQL database, like postgres:\/\/user@/,
    );
});

it('refuses a file that is not a store, or one of an earlier version, which it does not update', async () => {
  const text = join(folder, 'text.db');
  writeFileSync(text, 'not a database, but a text that is long enough');
  await expect(copy(`file:${text}`, NOWHERE)).rejects.toThrow(/^\S+text\.db is not a store: it holds something else/);
  const old = join(folder, 'old.db');
  await prepareFile(old);
  const database = new DatabaseSync(old);
  database.exec("DELETE FROM kysely_migration WHERE name = '016-blocked-and-refused'");
  await expect(copy(`file:${old}`, NOWHERE)).rejects.toThrow(/^The store \S+old\.db is of an earlier version\. Start/);
  expect(database.prepare('SELECT count(*) AS count FROM kysely_migration').get()).toEqual({ count: 15 });
  database.close();
});

it('says that no database answers, without the password', async () => {
  const to = NOWHERE.replace(':1/', `:${await freePort()}/`);
  const { code, stdout, stderr } = await runCli(['store', 'copy', `file:${file}`, to]);
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^The database 127\.0\.0\.1:\d+\/stillhere does not answer\. Start it, or correct TO\.\n$/);
});
