// Thousands of clients that connect and send nothing, or hardly anything: readers are let in and their beats acknowledged meanwhile,
// and the connections are closed in time. In a process of its own, with its default limits of connections.
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HEARTBEAT_PATH, type Receipt } from '../../sw/protocol/delivery.ts';
import { askForAccess } from '../helpers/cookies.ts';
import { residentMb } from '../helpers/resident-memory.ts';
import { SlowClients, type SlowClientsPlan } from '../helpers/slow-clients.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

/** The limits are 15 s for headers and 60 s for a request, looked at every 5 s (server/http/connection-limit.ts). A busy machine needs longer. */
const HEADERS_CLOSED_MS = 60_000;
const BODIES_CLOSED_MS = 150_000;
const CONNECTED_MS = 120_000;
/** What a connection may cost the server. */
const MOST_KB_EACH = 32;

let server: StillhereServer;
let idleMb: number;
const clients: SlowClients[] = [];
beforeEach(async () => {
  server = await StillhereServer.start({ LOG_LEVEL: 'warn', LIMIT_GATE: '0' });
  idleMb = residentMb(server.pid);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((some) => some.stop()));
  await server.stop();
});

function send(plan: Omit<SlowClientsPlan, 'port'>): SlowClients {
  const some = new SlowClients({ port: server.port, ...plan });
  clients.push(some);
  return some;
}

const countOpen = (): number => clients.reduce((sum, { state }) => sum + state.open, 0);
const countFiles = (): number => readdirSync(`/proc/${server.pid}/fd`).length;
const addresses = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, nth) => `127.0.1.${from + nth}`);

/** A new reader comes in and reads. Resolves with the ids of the acknowledged spans. */
async function read(): Promise<readonly string[]> {
  const cookie = await askForAccess(server.url);
  expect((await fetch(`${server.url}/portfolio/confidential/`, { headers: { cookie } })).status).toBe(200);
  const session = /session_record_id=([^;]+)/.exec(cookie)?.[1] ?? '';
  const now = Date.now();
  const span = { id: 'one', session, page: '/portfolio/confidential/', start: now, end: now + 1 };
  const response = await fetch(server.url + HEARTBEAT_PATH, {
    method: 'POST',
    body: JSON.stringify({ sentAt: now, spans: [span] }),
  });
  return ((await response.json()) as Receipt).stored;
}

it('20,000 idle connections of eight networks keep nobody out, and are closed in time', async () => {
  const plan = { count: 10_000, first: '', eachSecond: '' };
  send({ ...plan, addresses: addresses(1, 4) });
  send({ ...plan, addresses: addresses(5, 8) });
  let most = 0;
  await until(async () => {
    expect(await read()).toEqual(['one']);
    most = Math.max(most, countFiles());
    return clients.every(({ state }) => state.made === 10_000);
  }, CONNECTED_MS);
  // As many as MAX_CONNECTIONS are open; on a busy machine the first ones have been idle for 15 s before the last ones are made.
  expect(most).toBeGreaterThan(4_000);
  expect(most).toBeLessThan(10_500);
  expect(residentMb(server.pid) - idleMb).toBeLessThan((10_000 * MOST_KB_EACH) / 1_024);
  expect(await read()).toEqual(['one']);
  expect(server.output).toContain('too many connections');
  await until(() => countOpen() === 0, HEADERS_CLOSED_MS);
  expect(countFiles()).toBeLessThan(200);
  expect(await read()).toEqual(['one']);
});

it('slow headers and slow bodies, a byte a second on 4,000 connections, delay nobody and are closed in time', async () => {
  const head = `POST ${HEARTBEAT_PATH} HTTP/1.1\r\nHost: h\r\n`;
  const plan = { count: 2_000, eachSecond: 'a' };
  const headers = send({ ...plan, addresses: addresses(1, 2), first: `${head}Slow: ` });
  const bodies = send({ ...plan, addresses: addresses(3, 4), first: `${head}Content-Length: 5000\r\n\r\n{` });
  await until(() => clients.every(({ state }) => state.made === 2_000));
  expect(await read()).toEqual(['one']);
  await until(() => headers.state.open === 0, HEADERS_CLOSED_MS);
  // Not each of them reads it: a byte that is sent to a closed connection resets it.
  expect(Object.keys(headers.state.statuses)).toEqual(['408']);
  expect(residentMb(server.pid) - idleMb).toBeLessThan((4_000 * MOST_KB_EACH) / 1_024);
  expect(await read()).toEqual(['one']);
  await until(() => bodies.state.open === 0, BODIES_CLOSED_MS);
  expect(Object.keys(bodies.state.statuses)).toEqual(['408']);
  expect(await read()).toEqual(['one']);
});
