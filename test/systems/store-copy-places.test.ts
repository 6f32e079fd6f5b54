// Into which databases a store is copied: an empty one, or one that holds an earlier copy of the same store.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { copyStore } from '../../server/store/copy/copy-store.ts';
import { CopyTarget } from '../../server/store/copy/copy-target.ts';
import { openStore } from '../../server/store/open-store.ts';
import { openReadOnly } from '../../server/store/read-only.ts';
import { Postgres } from '../helpers/postgres.ts';
import { removeBuckets } from '../helpers/remove-buckets.ts';
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

it('writes nothing more when another copy to the same database has begun', async () => {
  await its.makeSession('ann');
  const source = await openReadOnly(its.from);
  const first = await CopyTarget.open(its.to, source.db);
  try {
    expect(await its.copy()).toMatchObject({ isComplete: true });
    for (const late of [first.write(async () => {}), first.complete()])
      await expect(late).rejects.toThrow(/^Another copy to/);
  } finally {
    await first.close();
    await source.close();
  }
});

it('updates the tables of an empty store of an earlier version', async () => {
  await its.makeSession('ann');
  await (await openStore(its.to)).close();
  await removeBuckets(postgres, its.to);
  expect((await its.copy()).isComplete).toBe(true);
  await (await openStore(its.to)).close();
});
