// The contract of session stores, and their invariants, with PostgreSQL from the system's package; and what only a store can get wrong
// in which several transactions write at a time.
import { mkdtemp } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../server/store/open-store.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { StoreError } from '../../server/store/store-error.ts';
import { coveredMs } from '../helpers/covered-ms.ts';
import { describeInvitations } from '../helpers/invitations-contract.ts';
import { Postgres, type Isolation } from '../helpers/postgres.ts';
import { describeStore, NOW, seen } from '../helpers/store-contract.ts';
import { describeStoreProperties } from '../helpers/store-properties.ts';

/** Each takes several ways to the database and back. */
const RUNS = 25;
const PROCESSES = 3;

let postgres: Postgres;
beforeAll(async () => {
  postgres = await Postgres.start(false);
});
afterAll(() => postgres.remove());

describe.each<Isolation>(['read committed', 'serializable'])('PostgreSQL, %s', (isolation) => {
  let url: string;
  beforeAll(async () => {
    url = await postgres.createDatabase(undefined, isolation);
  });
  afterAll(() => postgres.dropDatabase(url));

  const place = async (): Promise<() => Promise<SessionStore>> => {
    await postgres.emptyStore(url);
    return () => openStore(url);
  };
  describeStore('PostgreSQL', place, RUNS);
  describeInvitations('PostgreSQL', async () => (await place())());
  describeStoreProperties('PostgreSQL', async () => (await place())(), RUNS);

  describe('used by several processes', () => {
    /** Stores with connections of their own, as processes have them. */
    const openAll = async (use: (stores: readonly SessionStore[]) => Promise<void>): Promise<void> => {
      const open = await place();
      const stores = await Promise.all(Array.from({ length: PROCESSES }, open));
      try {
        await use(stores);
      } finally {
        await Promise.all(stores.map((store) => store.close()));
      }
    };

    it('counts each span once, in whatever order their batches name the sessions', async () => {
      await openAll(async (stores) => {
        const [first] = stores;
        const sessions = ['a', 'b', 'c', 'd'];
        for (const id of sessions) await first?.createSession({ id, email: `${id}@example.com`, startMs: NOW });
        for (let round = 0; round < 8; round++)
          await Promise.all(
            stores.map((store, nth) => {
              const order = nth % 2 === 0 ? sessions : sessions.toReversed();
              return store.record(
                order.flatMap((session) => [
                  seen(round * 10, round * 10 + 5 + nth, { id: `shared${round}`, session }),
                  seen(round * 10 + nth, round * 10 + 8, { id: `own${nth}-${round}`, session }),
                ]),
              );
            }),
          );
        for (const id of sessions) {
          const spans = await first?.listSpans(id);
          expect(spans).toHaveLength(8 * (1 + PROCESSES));
          expect((await first?.findSession(id))?.readingMs).toBe(coveredMs(spans ?? []));
        }
      });
    });

    it('tells each change, also one that comes while the one before is marked as told', async () => {
      await openAll(async ([writes, tells]) => {
        if (!writes || !tells) throw new Error('too few');
        await writes.createSession({ id: 'ann', email: 'ann@example.com', startMs: NOW });
        const outbox = tells.outboxOf('events');
        await outbox.countUntold();
        const writer = { isDone: false };
        let told = 0;
        const writing = (async () => {
          for (let second = 1; second <= 40; second++) await writes.record([seen(0, second, { receivedS: second })]);
          writer.isDone = true;
        })();
        for (;;) {
          const { isDone } = writer;
          const untold = await outbox.listUntold(9);
          if (isDone && untold.length === 0) break;
          for (const { session, revision } of untold) {
            await outbox.markTold([{ id: session.id, revision, recordId: '1' }]);
            told = session.endMs ?? 0;
          }
        }
        await writing;
        expect(told).toBe(NOW + 40_000);
      });
    });

    it('deletes sessions that are recorded meanwhile, and leaves nothing of them', async () => {
      await openAll(async ([writes, deletes]) => {
        if (!writes || !deletes) throw new Error('too few');
        await deletes.outboxOf('events').countUntold();
        for (let round = 0; round < 10; round++) {
          const ids = [0, 1, 2].map((nth) => `s${round}-${nth}`);
          for (const id of ids) await writes.createSession({ id, email: 'x@example.com', startMs: NOW });
          const spans = ids.flatMap((session) => [seen(0, 5, { session }), seen(9, 12, { id: 't', session })]);
          await Promise.all([
            writes.record(spans),
            deletes.deleteSessions(ids.toReversed(), NOW),
            writes.totals.counting.count(ids),
            writes.outboxOf('events').setStates(ids.map((id) => ({ id, state: 'x' }))),
          ]);
        }
        const rows = await postgres.query(
          `SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM spans) + (SELECT count(*) FROM stretches)
             + (SELECT count(*) FROM told) + (SELECT count(*) FROM counted_sessions) AS rows,
             (SELECT count(*) FROM outbox WHERE kind = 'changed') AS changes,
             (SELECT count(*) FROM outbox WHERE kind = 'deleted') AS deletions`,
          url,
        );
        expect(rows).toEqual([{ rows: 0, changes: 0, deletions: 30 }]);
      });
    });

    it('gives a lease to one of them', async () => {
      await openAll(async (stores) => {
        for (let round = 0; round < 10; round++) {
          const now = NOW + round * 1_000;
          const taken = await Promise.all(
            stores.map((store, nth) => store.leases.take('job', String(nth), now, now + 1_000)),
          );
          expect(taken.filter(Boolean)).toHaveLength(1);
        }
      });
    });

    it('lets one of them use a code', async () => {
      await openAll(async (stores) => {
        const code = { email: 'ann@example.com', next: '/', isMeasured: true, codeHmac: 'right', sentMs: NOW };
        await stores[0]?.codes.add({ ...code, hash: 'h', untilMs: NOW + 1_000 }, 0);
        const used = await Promise.all(stores.map(({ codes }) => codes.use('h', 'right', NOW)));
        expect(used.filter(Boolean)).toHaveLength(1);
      });
    });
  });
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

  it('has the tables, columns and indexes that it has in SQLite', async () => {
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
           WHERE table_schema = 'public' AND table_name NOT LIKE 'kysely%'`,
        ),
      ),
    ).toEqual(namesOf(columns.all()));
    const keys = 'SELECT indexrelid FROM pg_index WHERE indisprimary';
    const own = `SELECT relname AS name FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      WHERE relkind = 'i' AND nspname = 'public' AND pg_class.oid NOT IN (${keys})`;
    expect(namesOf(await inPostgres(own))).toEqual(namesOf(indexes.all()));
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
