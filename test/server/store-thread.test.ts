// The thread that owns a SQLite connection: what its calls reject with, and when it has ended.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { prepareFile } from '../../server/store/sqlite/open.ts';
import { SqliteDatabase } from '../../server/store/sqlite/sqlite-database.ts';
import { SqliteThread } from '../../server/store/sqlite/sqlite-thread.ts';
import { STORE_UNAVAILABLE } from '../../server/store/store-error.ts';

const READ = [{ sql: 'SELECT 1 AS one', parameters: [] }];
const WRITE = [{ sql: "INSERT INTO notes (name, text) VALUES ('a', 'b')", parameters: [] }];

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stillhere-thread-'));
  file = join(folder, 'test.db');
});
afterEach(() => rm(folder, { recursive: true }));

it('that can’t open its file rejects the calls that wait for it, and later ones, with the reason', async () => {
  const thread = new SqliteThread({ file: join(folder, 'missing/test.db'), isReadOnly: false });
  const waiting = await Promise.allSettled([thread.call('run', READ), thread.call('run', READ)]);
  const reason = { message: expect.stringContaining('unable to open') as unknown };
  for (const call of waiting) expect(call).toMatchObject({ status: 'rejected', reason });
  await expect(thread.call('run', READ)).rejects.toMatchObject({ ...reason, cause: reason });
});

it('tells the code of a call that failed, and answers the next one', async () => {
  await prepareFile(file);
  const thread = new SqliteThread({ file, isReadOnly: true });
  await expect(thread.call('run', WRITE)).rejects.toMatchObject({ code: STORE_UNAVAILABLE });
  expect(await thread.call('run', READ)).toEqual([{ rows: [{ one: 1 }], changes: 0 }]);
  await thread.close();
  await expect(thread.call('run', READ)).rejects.toThrow('The store is closed');
});

it('writes only on the connection that may: the owner’s queries and the access check can’t', async () => {
  await prepareFile(file);
  const database = new SqliteDatabase(file);
  try {
    await expect(database.reader.run(WRITE)).rejects.toMatchObject({ code: STORE_UNAVAILABLE });
    expect(await database.writer.run(WRITE)).toEqual([{ rows: [], changes: 1 }]);
    expect(await database.scrub()).toBe(true);
  } finally {
    await database.close();
  }
});
