// The server gets no connection to its database: its own all wait for a lock, or others have taken all that PostgreSQL has. Deliveries and
// new readers are refused for now, and all is right afterwards, without a restart.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { openPool, type PoolClient } from '../../server/store/postgres/pool.ts';
import { Load, SPANS } from '../helpers/load.ts';
import { Postgres } from '../helpers/postgres.ts';
import { OWNER_TOKEN, StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

/** As many as the server has for writing, and for reading (server/store/postgres/postgres-database.ts). */
const CONNECTIONS = { writing: 6, reading: 4 };
const REFUSAL = /^503, Retry-After: \d+$/;
const CLIENTS = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'";
/** More than the cluster has. */
const MANY = 100;

let postgres: Postgres;
let url: string;
let server: StillhereServer;
let load: Load;
beforeAll(async () => {
  postgres = await Postgres.startOwn();
});
beforeEach(async () => {
  url = await postgres.createDatabase();
  server = await StillhereServer.start({ STORE_URL: url, LOG_LEVEL: 'silent', PROTECT: '/portfolio/confidential/' });
  load = new Load(server);
  await load.makeSessions();
  load.run();
  await until(() => load.acknowledged.size === SPANS);
});
afterEach(async () => {
  await load.stop();
  await server.stop('SIGKILL');
});
afterAll(() => postgres.remove());

const enter = (email: string): Promise<Response> =>
  fetch(`${server.url}/api/verify-temp-access`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ email }),
  });

async function expectRefusals(): Promise<void> {
  const { receipts, refused } = load;
  await until(() => load.refused > refused + load.sessions.length);
  const [gate, ready, live] = await Promise.all([
    enter('late@example.com'),
    fetch(`${server.url}/readyz`),
    fetch(`${server.url}/healthz`),
  ]);
  expect([gate.status, gate.headers.get('retry-after'), ready.status, live.status]).toEqual([503, '5', 503, 200]);
  expect(load.receipts).toBe(receipts);
}

async function expectAllIsRight(): Promise<void> {
  const before = load.receipts;
  await until(() => load.receipts > before + 2 * load.sessions.length);
  await until(async () => (await fetch(`${server.url}/readyz`)).ok);
  expect((await enter('late@example.com')).status).toBe(200);
  await load.stop();
  expect(await load.findLost()).toEqual([]);
  expect(load.unanswered).toEqual(new Map());
  for (const refusal of load.refusals.keys()) expect(refusal).toMatch(REFUSAL);
}

it('all of its connections wait for a lock', async () => {
  const entered = await enter('ann@example.com');
  const cookie = entered.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  const release = await postgres.hold('LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE', url);
  const waiting = [
    ...Array.from({ length: CONNECTIONS.writing }, () =>
      fetch(`${server.url}/portfolio/confidential/`, { headers: { cookie } }),
    ),
    ...Array.from({ length: CONNECTIONS.reading }, () =>
      fetch(`${server.url}/api/sessions`, { headers: { authorization: `Bearer ${OWNER_TOKEN}` } }),
    ),
  ];
  try {
    await until(async () => {
      const [found] = await postgres.query(`${CLIENTS} AND wait_event_type = 'Lock' LIMIT 1 OFFSET 9`);
      return found;
    });
    await expectRefusals();
  } finally {
    await release();
  }
  for (const response of await Promise.all(waiting)) expect(response.status).toBe(200);
  await expectAllIsRight();
});

it('others have all connections of the database', async () => {
  const others = openPool(url, MANY);
  const held: PoolClient[] = [];
  const pids = new Set<unknown>();
  const takeOne = async (): Promise<boolean> => {
    const client = await others.connect();
    held.push(client);
    pids.add((await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid);
    return true;
  };
  try {
    const most = Number((await postgres.query('SHOW max_connections'))[0]?.['max_connections']);
    await takeOne();
    // What the server loses is taken before it connects again, sooner or later.
    await until(async () => {
      while (held.length < most && (await takeOne().catch(() => false)));
      await held[0]?.query(`SELECT pg_terminate_backend(pid) FROM (${CLIENTS} AND pid <> ALL($1)) AS its`, [[...pids]]);
      return held.length === most;
    });
    await expectRefusals();
  } finally {
    for (const client of held) client.release(true);
    await others.end();
  }
  await expectAllIsRight();
});
