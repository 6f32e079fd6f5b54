// Buckets in PostgreSQL: the contract where the tables are distributed by them, what each request asks then, and stores that were made
// before there were any.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bucketOf } from '../../server/store/bucket.ts';
import { openStore } from '../../server/store/open-store.ts';
import { openPool, type PoolClient } from '../../server/store/postgres/pool.ts';
import { OF_ONE_BUCKET } from '../../server/store/postgres/record-statements.ts';
import { SESSION_COLUMNS } from '../../server/store/postgres/session-columns.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { describeConcurrency } from '../helpers/concurrency-contract.ts';
import { testCountedTwice } from '../helpers/counted-twice.ts';
import { createDistributed } from '../helpers/distributed-postgres.ts';
import { Postgres } from '../helpers/postgres.ts';
import { removeBuckets } from '../helpers/remove-buckets.ts';
import { readSnippet } from '../helpers/read-snippet.ts';
import { NOW, seen } from '../helpers/store-contract.ts';
import type { WatchedPlace } from '../helpers/store-place.ts';
import { openWatchedPostgres } from '../helpers/watched-postgres.ts';
import { describeWholeContract } from '../helpers/whole-contract.ts';

const RUNS = 10;
const IDS = ['ann', 'bob', 'cy', 'dora'];

let postgres: Postgres;
beforeAll(async () => {
  postgres = await Postgres.start();
});
afterAll(() => postgres.remove());

describe('PostgreSQL, distributed', () => {
  let url: string;
  beforeAll(async () => {
    url = await createDistributed(postgres);
  });
  afterAll(() => postgres.dropDatabase(url));

  const makePlace = async (): Promise<WatchedPlace> => {
    await postgres.emptyStore(url);
    return {
      open: async (around) => (around ? openWatchedPostgres(url, around, true) : openStore(url)),
      query: (sql) => postgres.query(sql, url),
    };
  };
  describeWholeContract('distributed', makePlace, RUNS);
  describeConcurrency('distributed', makePlace);
  testCountedTwice('distributed', makePlace);

  describe('a request', () => {
    let store: SessionStore;
    /** Statements. */
    const asked: string[] = [];
    beforeAll(async () => {
      await postgres.emptyStore(url);
      store = await openStore(url);
      await store.outboxOf('events').countUntold();
      for (const id of IDS) await store.createSession({ id, email: `${id}@example.com`, startMs: NOW });
      const spy = vi.spyOn(await findConnections(url), 'query');
      try {
        await store.createSession({ id: 'eve', email: 'eve@example.com', startMs: NOW });
        // Apart from each other, and then so that the second stretch goes into the third.
        for (const [from, to] of [
          [0, 5],
          [60, 65],
          [120, 125],
          [50, 122],
        ] as const)
          await store.record(IDS.map((session) => seen(from, to, { id: `from${from}`, session, receivedS: 200 })));
        await store.findAccess('ann');
        await store.endAccess('ann', NOW);
        asked.push(...spy.mock.calls.map(([text]) => text));
      } finally {
        spy.mockRestore();
      }
    });
    afterAll(() => store.close());

    it('runs each of the statements of a recording', () => {
      for (const [name, text] of Object.entries(OF_ONE_BUCKET)) expect(asked.includes(text), name).toBe(true);
    });

    it('names one bucket in each statement', () => {
      const tables = [...SESSION_COLUMNS.keys()].join('|');
      const isOfSessions = new RegExp(`\\b(?:FROM|INTO|UPDATE|JOIN) "?(?:${tables})\\b`, 'i');
      const ofSessions = asked.filter((text) => isOfSessions.test(text));
      // A condition, also one of two columns, or a row that is inserted.
      const namesOne = /\bbucket"?(?:, [^)]*\))? = \(?\$\d|"bucket"\) values \([^)]*\)$/;
      expect(ofSessions.filter((text) => !namesOne.test(text))).toEqual([]);
      expect(ofSessions.length).toBeGreaterThan(Object.keys(OF_ONE_BUCKET).length);
    });

    it('commits each bucket by itself: what fails in one stays in the others', async () => {
      await postgres.query("ALTER TABLE spans ADD CONSTRAINT broken CHECK (session_id <> 'ann') NOT VALID", url);
      try {
        await expect(store.record(IDS.map((session) => seen(300, 305, { id: 'last', session })))).rejects.toThrow(
          /broken/,
        );
      } finally {
        await postgres.query('ALTER TABLE spans DROP CONSTRAINT broken', url);
      }
      const found = await postgres.query("SELECT session_id FROM spans WHERE id = 'last' ORDER BY session_id", url);
      expect(found.map((row) => row['session_id'])).toEqual(IDS.filter((id) => bucketOf(id) !== bucketOf('ann')));
    });
  });
});

describe('the statements of the docs for Citus', () => {
  /** They only write down what they are asked for. */
  const FUNCTIONS = `CREATE SCHEMA citus; CREATE TABLE citus.asked (name text, by text, along text);
    CREATE FUNCTION create_distributed_table(text, text, colocate_with text DEFAULT NULL) RETURNS void
      LANGUAGE sql AS 'INSERT INTO citus.asked VALUES ($1, $2, $3)';
    CREATE FUNCTION create_reference_table(text) RETURNS void LANGUAGE sql AS 'INSERT INTO citus.asked VALUES ($1, NULL, NULL)'`;

  it('distribute each table that has a bucket, and leave the keys as they are', async () => {
    const url = await postgres.createDatabase();
    await (await openStore(url)).close();
    const keys =
      "SELECT conname, pg_get_constraintdef(oid) AS key FROM pg_constraint WHERE contype = 'f' ORDER BY conname";
    const before = await postgres.query(keys, url);
    const text = await readSnippet('docs/scaling.md', 'sql', 'create_distributed_table');
    await postgres.query(FUNCTIONS, url);
    await postgres.query(text.replace('CREATE EXTENSION IF NOT EXISTS citus;', ''), url);

    const asked = await postgres.query('SELECT name, by, along FROM citus.asked', url);
    const distributed = asked.filter(({ by }) => by !== null);
    expect(distributed.map(({ name }) => String(name)).toSorted()).toEqual([...SESSION_COLUMNS.keys()].toSorted());
    expect(distributed[0]).toEqual({ name: 'sessions', by: 'bucket', along: null });
    for (const one of distributed.slice(1)) expect(one).toMatchObject({ by: 'bucket', along: 'sessions' });
    for (const { name } of asked)
      expect(await postgres.query(`SELECT to_regclass('${String(name)}') IS NOT NULL AS found`, url)).toEqual([
        { found: true },
      ]);
    expect(before).toHaveLength(2);
    expect(await postgres.query(keys, url)).toEqual(before);
    await postgres.dropDatabase(url);
  });
});

describe('a store that was made before there were buckets', () => {
  it('has those that the program would give, and all that it had', async () => {
    const url = await postgres.createDatabase();
    const store = await openStore(url);
    await store.outboxOf('events').countUntold();
    for (const id of IDS) await store.createSession({ id, email: `${id}@example.com`, startMs: NOW });
    await store.record(IDS.flatMap((session) => [seen(0, 5, { session }), seen(60, 65, { id: 'late', session })]));
    await store.outboxOf('events').markTold(IDS.map((id) => ({ id, revision: 1, recordId: null })));
    await store.totals.counting.count(IDS);
    const before = await store.findSession('bob');
    const spans = await store.listSpans('bob');
    await store.close();
    await removeBuckets(postgres, url);

    const after = await openStore(url);
    expect(await after.findSession('bob')).toEqual(before);
    expect(await after.listSpans('bob')).toEqual(spans);
    await after.record([seen(60, 70, { id: 'late', session: 'bob' })]);
    expect(await after.findSession('bob')).toMatchObject({ readingMs: 15_000 });
    for (const [table, column] of SESSION_COLUMNS) {
      const rows = await postgres.query(`SELECT DISTINCT ${column} AS id, bucket FROM ${table}`, url);
      for (const { id, bucket } of rows) expect(bucket, `${table} ${String(id)}`).toBe(bucketOf(String(id)));
      expect(rows.length > 0, table).toBe(table !== 'uncounted_sessions');
    }
    expect(await after.deleteSessions(IDS, NOW)).toBe(IDS.length);
    await after.close();
    await postgres.dropDatabase(url);
  });
});

/** What all connections to a database have in common. */
async function findConnections(url: string): Promise<Pick<PoolClient, 'query'>> {
  const pool = openPool(url, 1);
  const client = await pool.connect();
  client.release();
  await pool.end();
  return Object.getPrototypeOf(client) as Pick<PoolClient, 'query'>;
}
