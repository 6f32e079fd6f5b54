// A database that is killed under load, or away for long: everything acknowledged is stored, and the server goes on without a restart.
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Load, SPANS } from '../helpers/load.ts';
import { Postgres } from '../helpers/postgres.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { elapsed, until } from '../helpers/until.ts';

/** CI's machine is shared: a long run sets it to 100. */
const KILLS = Number(process.env['KILLS'] ?? 6);
const AWAY_MS = 20_000;
/** Another time than 5 s where too many wait for the store (server/deliveries/load-shedding.ts). */
const REFUSAL = /^503, Retry-After: \d+$/;

let postgres: Postgres;
let server: StillhereServer;
beforeAll(async () => {
  postgres = await Postgres.startOwn();
  server = await StillhereServer.start({ STORE_URL: await postgres.createDatabase(), LOG_LEVEL: 'silent' });
});
afterAll(async () => {
  try {
    await server.stop();
  } finally {
    // Also where no server could be started.
    await postgres.remove();
  }
});

const statusOf = async (path: string): Promise<number> => (await fetch(server.url + path)).status;

it(`killed ${KILLS} times under load, it has every acknowledged end`, { timeout: KILLS * 30_000 }, async () => {
  const load = new Load(server);
  await load.makeSessions();
  for (let kill = 1; kill <= KILLS; kill++) {
    const before = load.receipts;
    load.run();
    await until(() => load.receipts > before);
    await delay(Math.random() * 500);
    const { refused } = load;
    await postgres.kill();
    await until(() => load.refused > refused);
    await postgres.restart();
    const away = load.receipts;
    // From each reader, so that each session was recorded after the restart, too.
    await until(() => load.receipts > away + 2 * load.sessions.length);
    await load.stop();
    expect(await load.findLost()).toEqual([]);
    console.info(`kill ${kill} of ${KILLS}: ${load.receipts} receipts so far, nothing lost`);
  }
  expect(load.acknowledged.size).toBe(SPANS);
  for (const refusal of load.refusals.keys()) expect(refusal).toMatch(REFUSAL);
});

it(`away for ${AWAY_MS / 1_000} s, it is waited for, and everything is right afterwards`, async () => {
  const load = new Load(server);
  await load.makeSessions();
  load.run();
  await until(() => load.acknowledged.size === SPANS);
  await postgres.kill();
  await elapsed(AWAY_MS);
  expect([await statusOf('/readyz'), await statusOf('/healthz')]).toEqual([503, 200]);
  const atGate = await fetch(`${server.url}/api/verify-temp-access`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'late@example.com' }),
  });
  expect([atGate.status, atGate.headers.get('retry-after')]).toEqual([503, '5']);
  expect(load.refused).toBeGreaterThan(100);
  const before = load.receipts;
  await postgres.restart();
  await until(() => load.receipts > before + 2 * load.sessions.length);
  await load.stop();
  expect(await load.findLost()).toEqual([]);
  for (const refusal of load.refusals.keys()) expect(refusal).toMatch(REFUSAL);
  expect(await statusOf('/readyz')).toBe(200);
  for (const id of load.sessions) {
    const { spans, readingTimeMs } = await server.session(id);
    expect(spans).toHaveLength(SPANS / load.sessions.length);
    // All spans of a reader begin together and grow together.
    expect(readingTimeMs).toBeGreaterThan(AWAY_MS);
  }
});
