// The contract of session stores, and their invariants, with PostgreSQL from the system's package; and what only a store can get wrong
// in which several transactions write at a time.
import { mkdtemp } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { shareRateLimits } from '../../server/http/rate-limit.ts';
import { openStore } from '../../server/store/open-store.ts';
import { SESSION_COLUMNS } from '../../server/store/postgres/session-columns.ts';
import { StoreError } from '../../server/store/store-error.ts';
import { describeConcurrency } from '../helpers/concurrency-contract.ts';
import { testCountedTwice } from '../helpers/counted-twice.ts';
import { startPgBouncer, type PgBouncer } from '../helpers/pgbouncer.ts';
import { Postgres, type Isolation } from '../helpers/postgres.ts';
import { describeRowLocks } from '../helpers/row-locks.ts';
import { NOW } from '../helpers/store-contract.ts';
import type { WatchedPlace } from '../helpers/store-place.ts';
import { describeStoreProperties } from '../helpers/store-properties.ts';
import { testTotalsProperties } from '../helpers/totals-properties.ts';
import { openWatchedPostgres } from '../helpers/watched-postgres.ts';
import { describeRecording, describeWholeContract } from '../helpers/whole-contract.ts';

/** Each takes several ways to the database and back. */
const RUNS = 25;
const FEW_RUNS = 10;
const PROCESSES = 3;

let postgres: Postgres;
beforeAll(async () => {
  postgres = await Postgres.start();
});
afterAll(() => postgres.remove());

describe.each<Isolation>(['read committed', 'serializable'])('PostgreSQL, %s', (isolation) => {
  let url: string;
  beforeAll(async () => {
    url = await postgres.createDatabase(undefined, isolation);
  });
  afterAll(() => postgres.dropDatabase(url));

  const makePlace = async (): Promise<WatchedPlace> => {
    await postgres.emptyStore(url);
    return {
      open: async (around) => (around ? openWatchedPostgres(url, around) : openStore(url)),
      query: (sql) => postgres.query(sql, url),
    };
  };
  describeWholeContract('PostgreSQL', makePlace, RUNS);
  describeStoreProperties('PostgreSQL', async () => (await makePlace()).open(), RUNS);
  testTotalsProperties('PostgreSQL', makePlace, FEW_RUNS);
  describeConcurrency('PostgreSQL', makePlace);
  testCountedTwice('PostgreSQL', makePlace);
  describeRowLocks(() => postgres, isolation);
});

describe('PostgreSQL by way of PgBouncer', () => {
  let bouncer: PgBouncer;
  let url: string;
  beforeAll(async () => {
    url = await postgres.createDatabase();
    bouncer = await startPgBouncer(url);
  });
  afterAll(async () => {
    await bouncer.stop();
    await postgres.dropDatabase(url);
  });

  // The rest uses connections in no other way: the whole contract takes twice as long.
  describeRecording(
    'PgBouncer',
    async () => {
      await postgres.emptyStore(url);
      return { open: () => openStore(bouncer.urlOf(url)), query: (sql) => postgres.query(sql, url) };
    },
    FEW_RUNS,
  );
});

describe('a store in PostgreSQL', () => {
  it.each<Isolation>(['read committed', 'serializable'])(
    'is made once by several that start at once, %s',
    async (isolation) => {
      const url = await postgres.createDatabase(undefined, isolation);
      const stores = await Promise.all(Array.from({ length: PROCESSES }, () => openStore(url)));
      await stores[0]?.createSession({ id: 'ann', email: 'ann@example.com', startMs: NOW });
      expect(await stores[2]?.findSession('ann')).toMatchObject({ email: 'ann@example.com' });
      await Promise.all(stores.map((one) => one.close()));
      await postgres.dropDatabase(url);
    },
  );

  it('lets a reader try again who had used up a limit before the clock was set back', async () => {
    const url = await postgres.createDatabase();
    const store = await openStore(url);
    const { shared } = store;
    if (!shared) throw new Error('PostgreSQL is shared');
    const limit = shareRateLimits((query, parameters) => shared.query(query, parameters), 'a secret')('test', 1, 60);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    try {
      expect([await limit('ann'), await limit('ann')]).toEqual([0, 60]);
      vi.setSystemTime(Date.now() - 3_600_000);
      expect([await limit('ann'), await limit('ann')]).toEqual([0, 60]);
    } finally {
      vi.useRealTimers();
    }
    await store.close();
    await postgres.dropDatabase(url);
  });

  it('is not opened by an older version, which would not know all that is in it', async () => {
    const url = await postgres.createDatabase();
    await (await openStore(url)).close();
    await postgres.query("INSERT INTO kysely_migration VALUES ('999-of-a-newer-version', '2027')", url);
    await expect(openStore(url)).rejects.toThrow(/^The store was changed by a newer version of Stillhere\./);
    await postgres.dropDatabase(url);
  });

  it('has the tables, columns and indexes that it has in SQLite, one table that processes share, and buckets', async () => {
    const url = await postgres.createDatabase();
    await (await openStore(url)).close();
    const file = join(await mkdtemp(join(tmpdir(), 'stillhere-store-')), 'store.db');
    await (await openStore(`file:${file}`)).close();
    const sqlite = new DatabaseSync(file);
    const columns = sqlite.prepare(
      `SELECT tables.name || '.' || columns.name AS name FROM sqlite_schema AS tables, pragma_table_xinfo(tables.name) AS columns
       WHERE tables.type = 'table' AND tables.name NOT LIKE 'kysely%'`,
    );
    const indexes = sqlite.prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL");
    const namesOf = (rows: readonly object[]): readonly string[] =>
      rows.map((row) => String((row as { name: unknown }).name)).toSorted();
    const inPostgres = (query: string): Promise<readonly object[]> => postgres.query(query, url);
    expect(
      namesOf(
        await inPostgres(
          `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
           WHERE table_schema = 'public' AND table_name NOT LIKE 'kysely%' AND table_name <> 'shared_counters'`,
        ),
      ),
    ).toEqual([...namesOf(columns.all()), ...[...SESSION_COLUMNS.keys()].map((table) => `${table}.bucket`)].toSorted());
    const keys = 'SELECT indexrelid FROM pg_index WHERE indisprimary';
    const own = `SELECT relname AS name FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      WHERE relkind = 'i' AND nspname = 'public' AND pg_class.oid NOT IN (${keys})`;
    expect(namesOf(await inPostgres(own))).toEqual(
      [...namesOf(indexes.all()), 'counted_sessions_by_session', 'sessions_by_id'].toSorted(),
    );
    sqlite.close();
    await postgres.dropDatabase(url);
  });

  it('says what is wrong where it can’t be opened, without the password', async () => {
    const url = new URL(await postgres.createDatabase());
    url.password = 'hidden-password';
    const missing = new URL(url);
    missing.pathname = 'nowhere';
    await expect(openStore(missing.href)).rejects.toThrow(StoreError);
    await expect(openStore(missing.href)).rejects.toThrow(/There is no database 127.*nowhere\./);
    const away = new URL(url);
    away.port = '1';
    await expect(openStore(away.href)).rejects.toThrow(/does not answer/);
    await expect(openStore(away.href)).rejects.not.toThrow(/hidden-password/);
    await postgres.query(`ALTER DATABASE ${url.pathname.slice(1)} SET synchronous_commit = 'off'`);
    await expect(openStore(url.href)).rejects.toThrow('needs synchronous_commit = on');
    await postgres.dropDatabase(url.href);
  });
});
