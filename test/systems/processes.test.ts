// Three processes on PostgreSQL: what one of them knows, all of them act on.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HEARTBEAT_PATH, type Receipt } from '../../sw/protocol/delivery.ts';
import { freePort } from '../helpers/free-port.ts';
import { Load } from '../helpers/load.ts';
import { askOnNewConnection, type ConnectionAnswer } from '../helpers/new-connection.ts';
import { Postgres } from '../helpers/postgres.ts';
import { parseMetrics } from '../helpers/read-metrics.ts';
import { OWNER_TOKEN, StillhereServer } from '../helpers/stillhere-server.ts';
import { elapsed, until } from '../helpers/until.ts';
import { WEBHOOK_SECRET, WebhookReceiver } from '../helpers/webhook-receiver.ts';

const PROCESSES = 3;
/** Of connections that processes answer in turn: each gets some. */
const MANY = 12;
const TRIES_A_MINUTE = 40;
const AUTHORIZATION = { authorization: `Bearer ${OWNER_TOKEN}` };
const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json' };

let postgres: Postgres;
let server: StillhereServer;
let receiver: WebhookReceiver;
let metricsPort: number;
beforeAll(async () => {
  postgres = await Postgres.start();
  receiver = await WebhookReceiver.start();
  metricsPort = await freePort();
  server = await StillhereServer.start({
    STORE_URL: await postgres.createDatabase(),
    PROCESSES: String(PROCESSES),
    PROTECT: '/portfolio/confidential',
    LIMIT_GATE: String(TRIES_A_MINUTE),
    METRICS_ADDRESS: `127.0.0.1:${metricsPort}`,
    WEBHOOK_URL: receiver.url,
    WEBHOOK_SECRET,
  });
});
afterAll(async () => {
  try {
    await server.stop();
    await receiver.stop();
  } finally {
    // Also where no server could be started.
    await postgres.remove();
  }
});

const inTurn = <T>(ask: (nth: number) => Promise<T>): Promise<readonly T[]> =>
  Promise.all(Array.from({ length: MANY }, (_, nth) => ask(nth)));

/** The processes that serve, by their ids. */
function listProcesses(): readonly number[] {
  const { pid } = server;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').filter(Boolean).map(Number);
}

const tryGate = (email: string): Promise<ConnectionAnswer> =>
  askOnNewConnection(`${server.url}/api/verify-temp-access`, {
    method: 'POST',
    headers: JSON_HEADERS,
    body: JSON.stringify({ email }),
  });

const cookieOf = ({ headers }: ConnectionAnswer): string =>
  (headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ');

const idOf = (cookie: string): string => /session_record_id=([^;]*)/.exec(cookie)?.[1] ?? '';

async function deliver(session: string, id: string, start: number, end: number): Promise<Receipt> {
  const span = { id, session, page: '/report/', start, end };
  const body = JSON.stringify({ sentAt: Date.now(), spans: [span] });
  return JSON.parse((await askOnNewConnection(server.url + HEARTBEAT_PATH, { method: 'POST', body })).text) as Receipt;
}

describe('three processes', () => {
  it('record one reading together, and let its reader in until the access is taken', async () => {
    const cookie = cookieOf(await tryGate('ann@example.com'));
    const start = Date.now();
    await elapsed(MANY * 100);
    const receipts = await inTurn((nth) => deliver(idOf(cookie), 'grows', start, start + nth * 100));
    expect(receipts.map(({ stored }) => stored)).toEqual(receipts.map(() => ['grows']));
    const { spans } = await server.session(idOf(cookie));
    // By the server's clock, whose reckoning of the device's gets better with each delivery.
    const [span, ...others] = spans.map(({ start: from, end }) => Date.parse(end) - Date.parse(from));
    expect(Math.abs((span ?? 0) - (MANY - 1) * 100)).toBeLessThan(50);
    expect(others).toEqual([]);

    const open = () =>
      askOnNewConnection(`${server.url}/portfolio/confidential/`, { headers: { cookie, accept: 'text/html' } });
    expect((await inTurn(open)).map(({ status }) => status)).toEqual(Array.from({ length: MANY }, () => 200));
    const taken = await askOnNewConnection(`${server.url}/api/readers/ann@example.com/access`, {
      method: 'DELETE',
      headers: AUTHORIZATION,
    });
    expect(taken.status).toBeLessThan(300);
    expect((await inTurn(open)).map(({ status }) => status)).toEqual(Array.from({ length: MANY }, () => 303));
  });

  it('tell the pages of the owner at each of them what another one recorded', async () => {
    const id = idOf(cookieOf(await tryGate('bob@example.com')));
    const streams = await inTurn(async () => {
      const heard = { text: '', end: () => {} };
      const asked = request(`${server.url}/api/live`, { headers: AUTHORIZATION, agent: false }, (answer) => {
        answer.on('data', (chunk) => (heard.text += String(chunk)));
      });
      asked.on('error', () => {}).end();
      heard.end = () => void asked.destroy();
      return heard;
    });
    // What was recorded before is told first.
    await until(() => streams.every(({ text }) => text.includes('retry:')));
    await elapsed(2_500);
    const before = streams.map(({ text }) => text.split('event: changed').length);
    await deliver(id, 's', Date.now() - 1_000, Date.now());
    await until(() => streams.every(({ text }, nth) => text.split('event: changed').length > (before[nth] ?? 0)));
    for (const { end } of streams) end();
  });

  it('add up what they measured', async () => {
    const read = async () =>
      parseMetrics((await askOnNewConnection(`http://127.0.0.1:${metricsPort}/metrics`)).text).values;
    const requests = 'stillhere_http_requests_total{route="/healthz",status="200"}';
    const before = (await read()).get(requests) ?? 0;
    await inTurn(() => askOnNewConnection(`${server.url}/healthz`));
    const values = await read();
    expect((values.get(requests) ?? 0) - before).toBe(MANY);
    expect(values.get('stillhere_store_up')).toBe(1);
    expect(values.get('stillhere_outbox_waiting{consumer="webhook"}')).toBeGreaterThanOrEqual(0);
  });

  it('post each event once', async () => {
    await tryGate('cid@example.com');
    const ofCid = () => receiver.events.filter(({ data }) => data.emailOfAccessor === 'cid@example.com');
    await until(() => ofCid().length > 0);
    // Long enough for the other processes to have looked for events, too.
    await elapsed(6_000);
    expect(ofCid().map(({ type }) => type)).toEqual(['session.started']);
    expect(receiver.complaints).toEqual([]);
  });

  it('lose nothing that was acknowledged when one of them is killed, and another takes its place', async () => {
    const load = new Load(server);
    await load.makeSessions();
    load.run();
    await until(() => load.receipts > 50);
    const [killed = 0] = listProcesses();
    process.kill(killed, 'SIGKILL');
    await until(() => listProcesses().length === PROCESSES && !listProcesses().includes(killed));
    const before = load.receipts;
    await until(() => load.receipts > before + 50);
    await load.stop();
    expect(await load.findLost()).toEqual([]);
    expect(server.output).toMatch(/"killedBy":"SIGKILL".*"msg":"a process has ended: starting another"/);
  });

  it('count the tries at the gate together', async () => {
    const answers: ConnectionAnswer[] = [];
    while (answers.length < TRIES_A_MINUTE + MANY) answers.push(await tryGate('dora@example.com'));
    const refused = answers.filter(({ status }) => status === 429);
    // Other tests have tried, too; each process by itself would have allowed all of these.
    expect(refused.length).toBeGreaterThanOrEqual(MANY);
    expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0);
    const rows = await postgres.query('SELECT key FROM shared_counters', server.storeUrl);
    expect(rows.map(({ key }) => String(key)).join('\n')).not.toContain('127.0.0.1');
  });

  it('end together, without an error', async () => {
    const before = listProcesses();
    expect(before).toHaveLength(PROCESSES);
    expect(await server.stop()).toBe(0);
    for (const pid of before) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  it('are not begun if one can’t start, and say why', async () => {
    const environment = { ...process.env, OWNER_TOKEN, SECRET: 's'.repeat(32), STORE_URL: server.storeUrl };
    const serve = promisify(execFile)(process.execPath, ['server/cli.ts', 'serve'], {
      env: { ...environment, PROCESSES: '2', PORT: String(receiver.port) },
    });
    await expect(serve).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('another program uses this port') as unknown,
    });
  });
});

it('SQLite has one process, whatever is asked for', async () => {
  const alone = await StillhereServer.start({ PROCESSES: '3' });
  expect(alone.output).toContain('One process serves, not 3: a store in SQLite is used by one.');
  await alone.stop();
});
