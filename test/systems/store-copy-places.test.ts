// Into which databases a store is copied: an empty one, or one that holds an earlier copy of the same store.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { copyStore, type StoreCopy } from '../../server/store/copy/copy-store.ts';
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

it('says that it was interrupted where the database ends the connection, and goes on the next time', async () => {
  await its.makeSession('ann');
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${new URL(its.to).pathname.slice(1)}'`;
  let ended: Promise<unknown> | undefined;
  const first = copyStore(its.from, its.to, () => {
    ended ??= postgres.query(end);
  });
  await expect(first).rejects.toThrow(/^The copy to \S+ was interrupted: .*\. Run the command again: it goes on\.$/);
  await ended;
  expect((await its.copy()).isComplete).toBe(true);
});

it('leaves alone a database that is in use, also by what was a copy', async () => {
  await its.makeSession('ann');
  const used = await openStore(its.to);
  await used.createSession({ id: 'joe', email: 'joe@example.com', startMs: NOW });
  await used.close();
  await expect(its.copy()).rejects.toThrow(
    / is in use: its table sessions isn't empty\. A copy needs an empty database/,
  );
  expect(await postgres.query('SELECT id FROM sessions', its.to)).toEqual([{ id: 'joe' }]);
  await postgres.query('DELETE FROM sessions', its.to);
  await postgres.query("INSERT INTO leases VALUES ('totals', 'a server', 0)", its.to);
  await expect(its.copy()).rejects.toThrow(/ is in use: its table leases isn't empty/);
  await postgres.query('DELETE FROM leases', its.to);
  expect((await its.copy()).isComplete).toBe(true);
  // A complete copy that nothing has opened may be made again.
  expect((await its.copy()).isComplete).toBe(true);
  await (await openStore(its.to)).close();
  await expect(its.copy()).rejects.toThrow(/ is in use: its table notes isn't empty/);
});

it('leaves alone a copy of another store', async () => {
  await its.makeSession('ann');
  await its.copy();
  its = await StoreToCopy.make(postgres, its.to);
  await its.makeSession('joe');
  await expect(its.copy()).rejects.toThrow(/ holds a copy of another store\. Give an empty database\.$/);
  expect(await postgres.query('SELECT id FROM sessions', its.to)).toEqual([{ id: 'ann' }]);
});

it('ends when another copy to the same database begins', async () => {
  await its.makeSession('ann');
  let other: Promise<StoreCopy> | undefined;
  const first = copyStore(its.from, its.to, () => {
    other ??= copyStore(its.from, its.to, () => {});
  });
  const [end] = await Promise.allSettled([first]);
  expect(await other).toMatchObject({ isComplete: true });
  expect(end).toMatchObject({
    status: 'rejected',
    reason: { message: expect.stringMatching(/^Another copy to/) as string },
  });
});

it('updates the tables of an empty store of an earlier version', async () => {
  await its.makeSession('ann');
  await (await openStore(its.to)).close();
  await postgres.query("DROP TABLE shared_counters; DELETE FROM kysely_migration WHERE name = '002-shared'", its.to);
  expect((await its.copy()).isComplete).toBe(true);
  await (await openStore(its.to)).close();
});
