// What a copy of a store has, and into which databases it is made: an empty one, or one that holds an earlier copy of the same store.
import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { checkStore } from '../../server/store/check/check-store.ts';
import { COPIED_TABLES } from '../../server/store/copy/copied-tables.ts';
import { copyStore, type StoreCopy, type TableCopy } from '../../server/store/copy/copy-store.ts';
import { openStore } from '../../server/store/open-store.ts';
import { prepareFile } from '../../server/store/sqlite/open.ts';
import { Postgres } from '../helpers/postgres.ts';
import { NOW } from '../helpers/store-contract.ts';

let postgres: Postgres;
let file: string;
let to: string;
beforeAll(async () => {
  postgres = await Postgres.start();
});
beforeEach(async () => {
  file = await makeFile();
  to = await postgres.createDatabase();
});
afterEach(() => postgres.dropDatabase(to));
afterAll(() => postgres.remove());

async function makeFile(): Promise<string> {
  const made = join(await mkdtemp(join(tmpdir(), 'stillhere-copy-')), 'stillhere.db');
  await prepareFile(made);
  return made;
}

/** By hand, in the file. */
function change(sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

interface Copied extends StoreCopy {
  readonly tables: ReadonlyMap<string, TableCopy>;
}

async function copy(): Promise<Copied> {
  const tables = new Map<string, TableCopy>();
  const copied = await copyStore(`file:${file}`, to, (one) => void tables.set(one.table, one));
  return { ...copied, tables };
}

async function makeSession(id: string): Promise<void> {
  const store = await openStore(`file:${file}`);
  await store.createSession({ id, email: `${id}@example.com`, startMs: NOW });
  const span = { id: 'a', page: '/a/', startMs: NOW, endMs: NOW + 60_000, offsetMs: 0 };
  await store.record([{ session: id, receivedMs: NOW + 60_000, span }]);
  await store.totals.counting.count([id]);
  await store.close();
}

it('copies each column of each table but those that servers share at the moment', async () => {
  const database = new DatabaseSync(file);
  const inserted = new Map<string, Record<string, unknown>>();
  for (const table of COPIED_TABLES) {
    const columns = database.prepare('SELECT name, lower(type) AS type FROM pragma_table_info(?)').all(table);
    // A different value for each column.
    const row = Object.fromEntries(
      columns.map(({ name, type }, nth) => [
        String(name),
        name === 'session_id' || (table === 'sessions' && name === 'id')
          ? 'ann'
          : type === 'text'
            ? `${String(name)} ’ 🚆`
            : nth + 2 ** 40 * Number(type === 'bigint'),
      ]),
    );
    const names = Object.keys(row);
    database
      .prepare(`INSERT INTO ${table} (${names.join()}) VALUES (${names.map(() => '?').join()})`)
      .run(...Object.values(row));
    inserted.set(table, row);
  }
  database.close();
  expect((await copy()).isComplete).toBe(true);
  for (const [table, row] of inserted) {
    const [found] = await postgres.query(
      `SELECT * FROM ${table} WHERE '${table}' <> 'notes' OR ${table}::text NOT LIKE '(copy%'`,
      to,
    );
    expect(found).toMatchObject(row);
  }
  const tables = await postgres.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", to);
  const others = tables.map(({ tablename }) => String(tablename)).filter((name) => !inserted.has(name));
  expect(others.toSorted()).toEqual(['kysely_migration', 'kysely_migration_lock', 'leases', 'shared_counters']);
});

it('replaces U+0000, which PostgreSQL has in no text, and says where', async () => {
  await makeSession('ann');
  change("UPDATE spans SET page = '/a' || char(0) || 'b'");
  const first = await copy();
  expect(first).toMatchObject({ isComplete: true });
  expect(first.tables.get('spans')).toMatchObject({ written: 1, adapted: 1 });
  expect(await postgres.query('SELECT page FROM spans', to)).toEqual([{ page: '/a\ufffdb' }]);
  const second = await copy();
  expect(second.tables.get('spans')).toMatchObject({ written: 0, adapted: 1 });
  change("UPDATE spans SET id = 'a' || char(0)");
  await expect(copy()).rejects.toThrow(/^A key in the table spans has the character U\+0000/);
});

it('makes the copy equal again: rows that are new, changed or gone', async () => {
  for (const id of ['ann', 'bob', 'eve']) await makeSession(id);
  await copy();
  await makeSession('joe');
  const store = await openStore(`file:${file}`);
  await store.erasures.erase('ann@example.com', NOW);
  await store.endAccess('bob', NOW);
  await store.close();
  const again = await copy();
  expect(again.isComplete).toBe(true);
  expect(again.tables.get('sessions')).toMatchObject({ rows: 3, written: 2, deleted: 1 });
  expect(await postgres.query('SELECT id, access_ended_ms AS ended FROM sessions ORDER BY id', to)).toEqual([
    { id: 'bob', ended: NOW },
    { id: 'eve', ended: null },
    { id: 'joe', ended: null },
  ]);
  expect(await checkStore(to)).toMatchObject({ isWell: true });
});

it('copies nothing of what changes meanwhile, says so, and has it after the next run', async () => {
  await makeSession('ann');
  await makeSession('bob');
  const { isComplete } = await copyStore(`file:${file}`, to, ({ table }) => {
    if (table === 'notes') change("DELETE FROM sessions WHERE id = 'ann'; UPDATE sessions SET revision = 9");
  });
  expect(isComplete).toBe(false);
  const copied = (): Promise<unknown> => postgres.query('SELECT id, revision FROM sessions ORDER BY id', to);
  expect(await copied()).toEqual([
    { id: 'ann', revision: 2 },
    { id: 'bob', revision: 2 },
  ]);
  await expect(openStore(to)).rejects.toThrow(/holds a copy that is not complete/);
  expect((await copy()).isComplete).toBe(true);
  expect(await copied()).toEqual([{ id: 'bob', revision: 9 }]);
  expect(await postgres.query('SELECT session_id FROM spans', to)).toEqual([{ session_id: 'bob' }]);
});

it('says that it was interrupted where the database ends the connection, and goes on the next time', async () => {
  await makeSession('ann');
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${new URL(to).pathname.slice(1)}'`;
  let ended: Promise<unknown> | undefined;
  const first = copyStore(`file:${file}`, to, () => {
    ended ??= postgres.query(end);
  });
  await expect(first).rejects.toThrow(/^The copy to \S+ was interrupted: .*\. Run the command again: it goes on\.$/);
  await ended;
  expect((await copy()).isComplete).toBe(true);
});

it('leaves alone a database that is in use, also by what was a copy', async () => {
  await makeSession('ann');
  const used = await openStore(to);
  await used.createSession({ id: 'joe', email: 'joe@example.com', startMs: NOW });
  await used.close();
  await expect(copy()).rejects.toThrow(/ is in use: its table sessions isn't empty\. A copy needs an empty database/);
  expect(await postgres.query('SELECT id FROM sessions', to)).toEqual([{ id: 'joe' }]);
  await postgres.query('DELETE FROM sessions', to);
  await postgres.query("INSERT INTO leases VALUES ('totals', 'a server', 0)", to);
  await expect(copy()).rejects.toThrow(/ is in use: its table leases isn't empty/);
  await postgres.query('DELETE FROM leases', to);
  expect((await copy()).isComplete).toBe(true);
  // A complete copy that nothing has opened may be made again.
  expect((await copy()).isComplete).toBe(true);
  await (await openStore(to)).close();
  await expect(copy()).rejects.toThrow(/ is in use: its table notes isn't empty/);
});

it('leaves alone a copy of another store', async () => {
  await makeSession('ann');
  await copy();
  file = await makeFile();
  await makeSession('joe');
  await expect(copy()).rejects.toThrow(/ holds a copy of another store\. Give an empty database\.$/);
  expect(await postgres.query('SELECT id FROM sessions', to)).toEqual([{ id: 'ann' }]);
});

it('ends when another copy to the same database begins', async () => {
  await makeSession('ann');
  let other: Promise<StoreCopy> | undefined;
  const first = copyStore(`file:${file}`, to, () => {
    other ??= copyStore(`file:${file}`, to, () => {});
  });
  const ends = await Promise.allSettled([first.finally(() => other), first.catch(() => {}).then(() => other)]);
  expect(ends[1]).toMatchObject({ status: 'fulfilled', value: { isComplete: true } });
  expect(ends[0]).toMatchObject({
    status: 'rejected',
    reason: { message: expect.stringMatching(/^Another copy to/) as string },
  });
});

it('updates the tables of an empty store of an earlier version', async () => {
  await makeSession('ann');
  await (await openStore(to)).close();
  await postgres.query("DROP TABLE shared_counters; DELETE FROM kysely_migration WHERE name = '002-shared'", to);
  expect((await copy()).isComplete).toBe(true);
  await (await openStore(to)).close();
});

it('copies a store whose database is serializable, and one with rows of many spans', async () => {
  await postgres.query(
    `ALTER DATABASE ${new URL(to).pathname.slice(1)} SET default_transaction_isolation = 'serializable'`,
  );
  await makeSession('ann');
  const spans = Array.from(
    { length: 3_500 },
    (_, nth) => `('ann', '${randomBytes(9).toString('hex')}-${nth}', '/${'x'.repeat(900)}', 1, 2, 0, 0)`,
  );
  change(`INSERT INTO spans (session_id, id, page, start_ms, end_ms, is_late, is_clamped) VALUES ${spans.join()}`);
  const { isComplete, tables } = await copy();
  expect(isComplete).toBe(true);
  expect(tables.get('spans')).toMatchObject({ rows: 3_501, written: 3_501 });
});
