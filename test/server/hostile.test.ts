// Many malicious requests with valid spans among them: the server keeps answering, its memory stays bounded, it stores
// nothing impossible, and its log contains no secrets.
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { mkdtemp, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MAX_SESSION_SPANS } from '../../server/store/session-store.ts';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { Attacker, type Sent } from '../helpers/attacker.ts';
import { EMAIL, SECRET_MARK } from '../helpers/hostile-inputs.ts';
import { residentMb } from '../helpers/resident-memory.ts';
import { OWNER_TOKEN, StillhereServer } from '../helpers/stillhere-server.ts';

/** `.ci/run` sends 100,000, beside the tests that wait for other systems. */
const REQUESTS = Number(process.env['HOSTILE_REQUESTS'] ?? 10_000);
const LANES = 24;
const MOST_GROWTH_MB = 96;
const SESSIONS = 24;

const JSON_TYPE = { 'content-type': 'application/json' };

let server: StillhereServer;
const sessions: string[] = [];
const agent = new Agent({ keepAlive: true, maxSockets: LANES });
beforeAll(async () => {
  const site = await mkdtemp(join(tmpdir(), 'stillhere-hostile-'));
  await mkdir(join(site, 'report'));
  for (const file of ['index.html', 'report/index.html'])
    await writeFile(join(site, file), '<!doctype html><title>x</title>SECRET');
  server = await StillhereServer.start({
    SITE_DIR: site,
    PROTECT: '/report/',
    LOG_LEVEL: 'debug',
    LIMIT_NETWORK: '0',
    LIMIT_GATE: '2000',
  });
  for (let nth = 0; nth < SESSIONS; nth++) {
    const passed = await send({
      method: 'POST',
      path: '/api/verify-temp-access',
      headers: JSON_TYPE,
      body: JSON.stringify({ email: EMAIL }),
    });
    sessions.push((JSON.parse(passed.body) as { session: string }).session);
  }
}, 60_000);
afterAll(() => {
  agent.destroy();
  return server.stop();
});

function send(sent: Sent): Promise<{ status: number; retryAfter: string | undefined; body: string }> {
  const { method, path, headers = {}, body } = sent;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { agent, host: '127.0.0.1', port: server.port, method, path, headers: { ...headers } },
      (incoming) => {
        let text = '';
        incoming.on('data', (data) => (text += String(data)));
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, retryAfter: incoming.headers['retry-after'], body: text }),
        );
      },
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const isReset = ['ECONNRESET', 'EPIPE'].includes(error.code ?? '');
      // A response may arrive before a large body is sent, and the connection may be closed.
      if (isReset && body && body.length > 60_000) resolve({ status: 413, retryAfter: undefined, body: '' });
      // The server closes idle connections, just when this request took one of them.
      else if (isReset && outgoing.reusedSocket) resolve(send(sent));
      else reject(error);
    });
    outgoing.end(body);
  });
}

/** Bytes that are not HTTP. */
function sendBroken(text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.end(text));
    socket.on('close', () => resolve()).on('error', () => resolve());
    socket.resume();
  });
}

it(
  'keeps answering with bounded memory, and neither stores nor logs what it must not',
  { timeout: 1_800_000 },
  async () => {
    const attacker = new Attacker(sessions);
    const statuses = new Map<number, number>();
    const wrong: string[] = [];
    let left = REQUESTS;
    let warmMb = 0;
    const lane = async (): Promise<void> => {
      while (left-- > 0) {
        if (left === REQUESTS / 2) warmMb = residentMb(server.pid);
        if (left % 10_000 === 0) console.info(`${left} requests to go, ${Math.round(residentMb(server.pid))} MB`);
        if (left % 500 === 0)
          await sendBroken(
            `POST ${HEARTBEAT_PATH} HTTP/1.1\r\nHost: h\r\nCookie: a=${SECRET_MARK}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${EMAIL}`,
          );
        const sent = attacker.next();
        const { status, retryAfter, body } = await send(sent);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        const isDeliberate = (status === 503 || status === 429) && Number(retryAfter) > 0;
        if (status >= 500 && !isDeliberate)
          wrong.push(`${status} to ${JSON.stringify(sent).slice(0, 300)}: ${body.slice(0, 200)}`);
        if (sent.path.includes('report') && body.includes('SECRET')) wrong.push(`open: ${sent.path}`);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    expect(wrong.slice(0, 5)).toEqual([]);
    // Not all requests were refused.
    expect(statuses.get(200) ?? 0).toBeGreaterThan(REQUESTS / 20);
    expect(residentMb(server.pid) - warmMb).toBeLessThan(MOST_GROWTH_MB);

    const owner = { authorization: `Bearer ${OWNER_TOKEN}` };
    const spansOf: number[] = [];
    for (const id of sessions) {
      const { body } = await send({ method: 'GET', path: `/api/sessions/${id}`, headers: owner });
      const session = JSON.parse(body) as {
        sessionStartTime: string;
        readingTimeMs: number;
        spans: { start: string; end: string; page: string }[];
        next?: string;
      };
      for (let { next } = session; next !== undefined;) {
        const path = `/api/sessions/${id}/spans?cursor=${next}`;
        const more = JSON.parse((await send({ method: 'GET', path, headers: owner })).body) as typeof session;
        session.spans.push(...more.spans);
        ({ next } = more);
      }
      const began = Date.parse(session.sessionStartTime);
      const covered = session.spans
        .map(({ start, end }) => [Date.parse(start), Date.parse(end)] as const)
        .toSorted((a, b) => a[0] - b[0]);
      let readMs = 0;
      let until = began;
      for (const [start, end] of covered) {
        expect(began <= start && start <= end && end <= Date.now()).toBe(true);
        readMs += Math.max(0, end - Math.max(start, until));
        until = Math.max(until, end);
      }
      expect(session.readingTimeMs).toBe(readMs);
      for (const { page } of session.spans) expect(page).toMatch(/^\/[^\p{Cc}\p{Cs}\u202a-\u202e]{0,1999}$/u);
      spansOf.push(session.spans.length);
    }
    // Many sessions have many valid spans, and none has more than it may.
    const many = REQUESTS / 20;
    expect(spansOf.filter((spans) => spans > many).length).toBeGreaterThan(SESSIONS / 2);
    expect(Math.max(...spansOf)).toBeLessThanOrEqual(MAX_SESSION_SPANS);
    console.info(`spans by session: ${spansOf.toSorted((a, b) => a - b).join(' ')}`);

    // Decodes bytes that were logged as numbers.
    const log = server.output.replaceAll(/\[(?:\d{1,3},?\s*){8,}\]/g, (list) =>
      Buffer.from(JSON.parse(list) as number[]).toString('latin1'),
    );
    for (const secret of [SECRET_MARK, 'reader.of.the.test', OWNER_TOKEN, ...sessions])
      expect(log.includes(secret)).toBe(false);
    for (const line of log.split('\n').filter((text) => text.startsWith('{'))) JSON.parse(line);
  },
);
