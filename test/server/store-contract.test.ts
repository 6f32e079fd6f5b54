// The contract of session stores (test/helpers/whole-contract.ts) with SQLite in its threads, and what only SQLite can do.
import { mkdtemp, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';
import { NOW, seen } from '../helpers/store-contract.ts';
import { makeSqlitePlace } from '../helpers/store-place.ts';
import { describeWholeContract } from '../helpers/whole-contract.ts';
import { openStore } from '../../server/store/open-store.ts';
import { SqliteThread } from '../../server/store/sqlite/sqlite-thread.ts';

describeWholeContract('SQLite', makeSqlitePlace);

describe('SQLite', () => {
  it('acknowledges nothing that a power failure could undo: WAL and synchronous=FULL', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'stillhere-store-')), 'store.db');
    await (await openStore(`file:${file}`)).close();
    const writing = new SqliteThread({ file, isReadOnly: false });
    const settings = ['synchronous', 'journal_mode'].map((name) => ({ sql: `PRAGMA ${name}`, parameters: [] }));
    const answers = await Promise.all(settings.map((one) => writing.call('run', [one])));
    expect(answers.flat().flatMap(({ rows }) => rows)).toEqual([{ synchronous: 2 }, { journal_mode: 'wal' }]);
    await writing.close();
  });

  it('refuses to open without these settings', async () => {
    await expect(openStore('file::memory:')).rejects.toThrow(/does not support journal_mode=WAL with synchronous=FULL/);
  });

  it('can be created by the next start, wherever the first one was killed', { timeout: 180_000 }, async () => {
    const prepare = Object.getOwnPropertyDescriptor(DatabaseSync.prototype, 'prepare')
      ?.value as DatabaseSync['prepare'];
    let isMade = false;
    for (let most = 0; !isMade; most++) {
      const file = join(await makeMemoryFolder(), 'store.db');
      let count = 0;
      const dying = vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (this: DatabaseSync, sql) {
        if (/CREATE|ALTER|INSERT|UPDATE|DELETE|DROP/i.test(sql) && count++ === most) throw new Error('killed');
        return prepare.call(this, sql);
      });
      isMade = await openInlineStore(file).then(
        (store) => store.close().then(() => true),
        () => false,
      );
      dying.mockRestore();
      await (await openInlineStore(file)).close();
      await rm(dirname(file), { recursive: true });
    }
  });

  it('deletes many spans in several transactions, each session as a whole in one of them', async () => {
    const file = join(await mkdtemp(join(tmpdir(), 'stillhere-store-')), 'store.db');
    const store = await openStore(`file:${file}`);
    const sessions = ['one', 'two', 'three', 'four', 'five'];
    for (const session of sessions) {
      await store.createSession({ id: session, email: 'x@example.com', startMs: NOW });
      await store.record(
        Array.from({ length: 900 }, (_, nth) => seen(nth * 2, nth * 2 + 1, { id: `s${nth}`, session })),
      );
    }
    const called = vi.spyOn(SqliteThread.prototype, 'call');
    expect(await store.deleteSessions(sessions, NOW)).toBe(5);
    expect(
      called.mock.calls.filter(([, statements]) => JSON.stringify(statements).includes('delete from')),
    ).toHaveLength(5);
    called.mockRestore();
    await store.close();
    const connection = new DatabaseSync(file);
    for (const table of ['sessions', 'spans', 'stretches'])
      expect(connection.prepare(`SELECT count(*) AS rows FROM ${table}`).get()).toEqual({ rows: 0 });
    connection.close();
  });
});
