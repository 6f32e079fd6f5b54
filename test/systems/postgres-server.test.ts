// The whole server on PostgreSQL: gate, beats, owner's API, commands and restarts. postgres-killed.test.ts kills the database.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HEARTBEAT_PATH, type Receipt } from '../../sw/protocol/delivery.ts';
import type { ErasureReceipt } from '../../sw/protocol/owner-api.ts';
import { Postgres } from '../helpers/postgres.ts';
import { OWNER_TOKEN, StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

const CLI = join(import.meta.dirname, '../../server/cli.ts');
const AUTHORIZATION = { authorization: `Bearer ${OWNER_TOKEN}` };
const MINUTE = 60_000;

let postgres: Postgres;
let server: StillhereServer;
beforeAll(async () => {
  postgres = await Postgres.start();
  server = await StillhereServer.start({ STORE_URL: await postgres.createDatabase() });
});
afterAll(async () => {
  try {
    await server.stop();
  } finally {
    // Also where no server could be started.
    await postgres.remove();
  }
});

/** @returns the id of the new session. */
async function enter(email: string): Promise<string> {
  const granted = await fetch(`${server.url}/api/verify-temp-access`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ email }),
  });
  expect(granted.status).toBe(200);
  const cookie = granted.headers.getSetCookie().find((one) => one.startsWith('session_record_id='));
  return cookie?.match(/=([^;]*)/)?.[1] ?? '';
}

function deliver(session: string, id: string, minutes: number): Promise<Response> {
  const end = Date.now();
  const span = { id, session, page: '/report/', start: end - minutes * MINUTE, end };
  return fetch(server.url + HEARTBEAT_PATH, { method: 'POST', body: JSON.stringify({ sentAt: end, spans: [span] }) });
}

async function cli(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, STORE_URL: server.storeUrl };
  return (await promisify(execFile)(process.execPath, [CLI, ...args], { env })).stdout;
}

async function erase(email: string): Promise<ErasureReceipt> {
  const response = await fetch(`${server.url}/api/readers/${email}`, { method: 'DELETE', headers: AUTHORIZATION });
  return (await response.json()) as ErasureReceipt;
}

it('lets a reader in, records the reading, and shows it to the owner, also after a restart and to the commands', async () => {
  const ann = await enter('ann@example.com');
  expect(((await (await deliver(ann, 's', 0)).json()) as Receipt).stored).toEqual(['s']);
  const before = await server.session(ann);
  expect(before).toMatchObject({ emailOfAccessor: 'ann@example.com', currentPage: '/report/' });
  expect(before.spans).toHaveLength(1);
  await server.stop();
  await server.start();
  expect((await server.session(ann)).spans).toEqual(before.spans);
  expect(await cli('sessions', '--json')).toContain('ann@example.com');
  expect(await cli('owner-link')).toMatch(/\/owner/);
  // The totals are counted in the background. Nothing was visible for long.
  await until(async () => JSON.stringify(await server.ask('/api/readers?kind=opened')).includes('ann@example.com'));
  expect(await server.ask('/api/days')).toMatchObject({ days: expect.any(Array) as unknown });
});

it('erases a reader, whose device then delivers in vain', async () => {
  const bob = await enter('bob@example.com');
  const cid = await enter('cid@example.com');
  await deliver(bob, 's', 0);
  // PostgreSQL overwrites it at a time of its own, and the receipt doesn't promise more.
  expect(await erase('bob@example.com')).toMatchObject({ sessions: 1, spans: 1, scrubbed: false, outstanding: [] });
  expect(((await (await deliver(bob, 's', 0)).json()) as Receipt).refused).toEqual([
    { id: 's', reason: 'unknown-session' },
  ]);
  expect(((await (await deliver(cid, 's', 0)).json()) as Receipt).stored).toEqual(['s']);
  expect(await cli('erase', 'cid@example.com')).toContain('Erased 1 sessions with 1 stretches');
  expect((await server.sessions()).map(({ emailOfAccessor }) => emailOfAccessor)).not.toContain('cid@example.com');
});

it('does not start without secrets, for which there is no place beside a database', async () => {
  const env = { ...process.env, STORE_URL: server.storeUrl, PORT: '0', SECRET: '', OWNER_TOKEN: '' };
  await expect(promisify(execFile)(process.execPath, [CLI, 'serve'], { env })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('SECRET, OWNER_TOKEN: must be set') as unknown,
  });
});
