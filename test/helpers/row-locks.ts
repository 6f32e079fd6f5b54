// Two transactions on one session at once, in PostgreSQL: the second one waits for the first. Each test holds the first at its commit
// until the second has gone as far as it can, so the tests fail whenever a lock is missing.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bucketOf } from '../../server/store/bucket.ts';
import { openStore } from '../../server/store/open-store.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import type { Isolation, Postgres } from './postgres.ts';
import { NOW, seen } from './store-contract.ts';
import { until } from './until.ts';

/** Of the advisory lock that a held commit waits for. */
const LOCK = 1;
const HELD_TABLES = ['sessions', 'spans', 'told', 'counted_sessions'];
const HOLD_COMMITS = `
  CREATE FUNCTION hold_commit() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(${LOCK}); RETURN NULL; END';
  ${HELD_TABLES.map(
    (table) => `CREATE CONSTRAINT TRIGGER held AFTER INSERT OR UPDATE OR DELETE ON ${table}
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hold_commit();`,
  ).join('\n')}
  ALTER DATABASE DATABASE_NAME SET enable_indexscan = off;
  ALTER DATABASE DATABASE_NAME SET enable_bitmapscan = off;`;

type Act = (store: SessionStore) => Promise<unknown>;

/** In the order in which they are to be locked. */
const [FIRST = '', LAST = ''] = ['ann', 'bob'].toSorted((one, other) => bucketOf(one) - bucketOf(other));
/** Not in that order. */
const BOTH = [LAST, FIRST];

/** What a store does with sessions, by how it is said. */
const ACTS: Readonly<Record<string, (store: SessionStore, ids: readonly string[]) => Promise<unknown>>> = {
  recorded: (store, ids) => store.record(ids.map((session) => seen(0, 5, { session }))),
  'marked as told': (store, ids) =>
    store.outboxOf('events').markTold(ids.map((id) => ({ id, revision: 1, recordId: '1' }))),
  'given a state': (store, ids) => store.outboxOf('events').setStates(ids.map((id) => ({ id, state: 'x' }))),
  counted: (store, ids) => store.totals.counting.count(ids),
  deleted: (store, ids) => store.deleteSessions(ids, NOW),
};
const act =
  (name: string, ids: readonly string[] = ['ann']): Act =>
  (store) =>
    ACTS[name]?.(store, ids) ?? Promise.reject(new Error(name));

export function describeRowLocks(postgres: () => Postgres, isolation: Isolation): void {
  describe(`two transactions on a session at once, ${isolation}`, () => {
    let url: string;
    let stores: readonly [SessionStore, SessionStore];
    beforeAll(async () => {
      url = await postgres().createDatabase(undefined, isolation);
      await (await openStore(url)).close();
      await postgres().query(HOLD_COMMITS.replaceAll('DATABASE_NAME', new URL(url).pathname.slice(1)), url);
    });
    afterAll(() => postgres().dropDatabase(url));
    beforeEach(async () => {
      await postgres().emptyStore(url);
      stores = [await openStore(url), await openStore(url)];
      // In the order in which a scan of the table finds them.
      for (const id of BOTH) await stores[0].createSession({ id, email: `${id}@example.com`, startMs: NOW });
      for (const store of stores) await store.outboxOf('events').countUntold();
    });
    afterEach(async () => {
      await Promise.all(stores.map((store) => store.close()));
    });

    const untilWaiting = (count: number): Promise<unknown> =>
      until(async () => {
        const waiting = "wait_event_type = 'Lock' AND datname = current_database()";
        const [found] = await postgres().query(`SELECT count(*) FROM pg_stat_activity WHERE ${waiting}`, url);
        return found?.['count'] === count;
      });

    /** Lets the second begin when the first one has done all but its commit. */
    const runBoth = async (first: Act, second: Act): Promise<void> => {
      const release = await postgres().hold(`SELECT pg_advisory_xact_lock(${LOCK})`, url);
      const done = [first(stores[0])];
      try {
        await untilWaiting(1);
        done.push(second(stores[1]));
        await untilWaiting(2);
      } finally {
        await release();
        await Promise.all(done);
      }
    };

    it('adds up what two processes record', async () => {
      await runBoth(act('recorded'), (store) => store.record([seen(10, 17, { id: 'second' })]));
      expect(await stores[0].findSession('ann')).toMatchObject({ readingMs: 12_000 });
    });

    it('tells a change that is recorded while the one before is marked as told', async () => {
      await runBoth(act('recorded'), act('marked as told'));
      const untold = await stores[0].outboxOf('events').listUntold(9);
      expect(untold.map(({ session: { id }, revision }) => [id, revision])).toContainEqual(['ann', 2]);
    });

    describe.each(['recorded', 'marked as told', 'given a state', 'counted'])('a session that is %s', (name) => {
      it.each(['before', 'after'])('%s its deletion commits leaves nothing', async (order) => {
        const both = [act(name), act('deleted')] as const;
        await runBoth(...(order === 'before' ? both : ([both[1], both[0]] as const)));
        for (const table of ['spans', 'told', 'counted_sessions', 'reader_totals'])
          expect(await postgres().query(`SELECT * FROM ${table}`, url), table).toEqual([]);
      });
    });

    it.each(Object.keys(ACTS))('locks sessions that are %s in the order of their buckets', async (name) => {
      const release = await postgres().hold(`SELECT id FROM sessions WHERE id = '${FIRST}' FOR UPDATE`, url);
      const done = act(name, BOTH)(stores[0]);
      try {
        await untilWaiting(1);
        // Two that each had a lock for which the other waits would never end.
        const free = `SELECT id FROM sessions WHERE id = '${LAST}' FOR UPDATE SKIP LOCKED`;
        expect(await postgres().query(free, url)).toEqual([{ id: LAST }]);
      } finally {
        await release();
        await done;
      }
    });
  });
}
