// What a copy of a store has: all rows of the file as it was at one moment, and no others.
import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { checkStore } from '../../server/store/check/check-store.ts';
import { COPIED_TABLES } from '../../server/store/copy/copied-tables.ts';
import { copyStore } from '../../server/store/copy/copy-store.ts';
import { openStore } from '../../server/store/open-store.ts';
import { Postgres } from '../helpers/postgres.ts';
import { NOW } from '../helpers/store-contract.ts';
import { StoreToCopy } from '../helpers/store-to-copy.ts';

let postgres: Postgres;
let its: StoreToCopy;
beforeAll(async () => {
  postgres = await Postgres.start();
});
beforeEach(async () => {
  its = await StoreToCopy.make(postgres);
});
afterEach(() => postgres.dropDatabase(its.to));
afterAll(() => postgres.remove());

it('copies each column of each table but those that servers share at the moment', async () => {
  const database = new DatabaseSync(its.file);
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
  expect((await its.copy()).isComplete).toBe(true);
  for (const [table, row] of inserted) {
    const [found] = await postgres.query(
      `SELECT * FROM ${table} WHERE '${table}' <> 'notes' OR ${table}::text NOT LIKE '(copy%'`,
      its.to,
    );
    expect(found).toMatchObject(row);
  }
  const tables = await postgres.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", its.to);
  const others = tables.map(({ tablename }) => String(tablename)).filter((name) => !inserted.has(name));
  expect(others.toSorted()).toEqual(['kysely_migration', 'kysely_migration_lock', 'leases', 'shared_counters']);
});

it('replaces U+0000, which PostgreSQL has in no text, and says where', async () => {
  await its.makeSession('ann');
  its.change("UPDATE spans SET page = '/a' || char(0) || 'b'");
  const first = await its.copy();
  expect(first).toMatchObject({ isComplete: true });
  expect(first.tables.get('spans')).toMatchObject({ written: 1, adapted: 1 });
  expect(await postgres.query('SELECT page FROM spans', its.to)).toEqual([{ page: '/a\ufffdb' }]);
  const second = await its.copy();
  expect(second.tables.get('spans')).toMatchObject({ written: 0, adapted: 1 });
  its.change("UPDATE spans SET id = 'a' || char(0)");
  await expect(its.copy()).rejects.toThrow(/^A key in the table spans has the character U\+0000/);
});

it('makes the copy equal again: rows that are new, changed or gone', async () => {
  for (const id of ['ann', 'bob', 'eve']) await its.makeSession(id);
  await its.copy();
  await its.makeSession('joe');
  const store = await openStore(its.from);
  await store.erasures.erase('ann@example.com', NOW);
  await store.endAccess('bob', NOW);
  await store.close();
  const again = await its.copy();
  expect(again.isComplete).toBe(true);
  expect(again.tables.get('sessions')).toMatchObject({ rows: 3, written: 2, deleted: 1 });
  expect(await postgres.query('SELECT id, access_ended_ms AS ended FROM sessions ORDER BY id', its.to)).toEqual([
    { id: 'bob', ended: NOW },
    { id: 'eve', ended: null },
    { id: 'joe', ended: null },
  ]);
  expect(await checkStore(its.to)).toMatchObject({ isWell: true });
});

it('copies nothing of what changes meanwhile, says so, and has it after the next run', async () => {
  await its.makeSession('ann');
  await its.makeSession('bob');
  const { isComplete } = await copyStore(its.from, its.to, ({ table }) => {
    if (table === 'notes') its.change("DELETE FROM sessions WHERE id = 'ann'; UPDATE sessions SET revision = 9");
  });
  expect(isComplete).toBe(false);
  const copied = (): Promise<unknown> => postgres.query('SELECT id, revision FROM sessions ORDER BY id', its.to);
  expect(await copied()).toEqual([
    { id: 'ann', revision: 2 },
    { id: 'bob', revision: 2 },
  ]);
  await expect(openStore(its.to)).rejects.toThrow(/holds a copy that is not complete/);
  expect((await its.copy()).isComplete).toBe(true);
  expect(await copied()).toEqual([{ id: 'bob', revision: 9 }]);
  expect(await postgres.query('SELECT session_id FROM spans', its.to)).toEqual([{ session_id: 'bob' }]);
});

it('copies a store whose database is serializable, and one with rows of many spans', async () => {
  await postgres.query(
    `ALTER DATABASE ${new URL(its.to).pathname.slice(1)} SET default_transaction_isolation = 'serializable'`,
  );
  await its.makeSession('ann');
  const spans = Array.from(
    { length: 3_500 },
    (_, nth) => `('ann', '${randomBytes(9).toString('hex')}-${nth}', '/${'x'.repeat(900)}', 1, 2, 0, 0)`,
  );
  its.change(`INSERT INTO spans (session_id, id, page, start_ms, end_ms, is_late, is_clamped) VALUES ${spans.join()}`);
  const { isComplete, tables } = await its.copy();
  expect(isComplete).toBe(true);
  expect(tables.get('spans')).toMatchObject({ rows: 3_501, written: 3_501 });
});
