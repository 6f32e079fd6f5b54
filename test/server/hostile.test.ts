// Many malicious requests with valid spans among them: the server keeps answering, its memory stays bounded, it stores
// nothing impossible, and its log contains no secrets. Seeded: the same requests each time.
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { mkdtemp, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { residentMb } from '../helpers/resident-memory.ts';
import { randomFrom } from '../helpers/seeded-random.ts';
import { OWNER_TOKEN, StillhereServer } from '../helpers/stillhere-server.ts';

/** `.ci/run` sends 100,000, beside the tests that wait for other systems. */
const REQUESTS = Number(process.env['HOSTILE_REQUESTS'] ?? 10_000);
const LANES = 24;
const SEED = 20_261_126;
const SECRET_MARK = 'TOPSECRET';
const EMAIL = 'reader.of.the.test@example.com';
const MOST_GROWTH_MB = 96;

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const TEXTS = [
  '',
  '/',
  '/a/',
  '/\u001b]0;x\u0007',
  '/\u202eb',
  '/\ud800',
  '/%00',
  `/${'x'.repeat(3_000)}`,
  'no-path',
  '/<script>',
  '/%e8%b3%87/',
];
const PATHS = [
  '/',
  '/report/',
  '/report/..%2f',
  '/report/%ff',
  '//report/x',
  '/%',
  '/access',
  '/access?next=//x',
  '/api/',
  '/api/sessions',
  '/readyz',
  '/nothing',
  '/stillhere.js',
  `/${'y'.repeat(2_000)}`,
];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PROPFIND'];
const BODIES: readonly (string | Buffer)[] = [
  '',
  '{',
  '[]',
  'null',
  '['.repeat(20_000),
  '{"sentAt":1,"spans":[1,2,3]}',
  Buffer.from([0xff, 0xfe, 0x7b]),
  'x'.repeat(70_000),
  `{"email":"${EMAIL}"`,
];

class Attacker {
  readonly #random: (below: number) => number;
  readonly #sessions: readonly string[];
  #count = 0;

  constructor(seed: number, sessions: readonly string[]) {
    this.#random = randomFrom(seed);
    this.#sessions = sessions;
  }

  next(): Sent {
    const kind = this.#random(10);
    if (kind < 6) return this.#delivery();
    if (kind < 7)
      return this.#try(
        '/api/verify-temp-access',
        JSON_TYPE,
        JSON.stringify({
          email: this.#pick([EMAIL, 'x', '"><b>@example.com', `${'z'.repeat(300)}@example.com`]),
          next: this.#pick(PATHS),
        }),
      );
    if (kind < 8)
      return this.#try(
        HEARTBEAT_PATH,
        this.#pick([
          JSON_TYPE,
          {},
          { 'content-encoding': 'gzip' },
          { cookie: `session_record_id=${this.#pick(this.#sessions)}` },
        ]),
        this.#pick(BODIES),
      );
    return {
      method: this.#pick(METHODS),
      path: this.#pick(PATHS),
      headers: this.#pick<Record<string, string>>([
        {},
        { cookie: `stillhere_access=${SECRET_MARK}.1.x` },
        { authorization: `Bearer ${SECRET_MARK}` },
        { host: `${SECRET_MARK}.example` },
        { 'x-forwarded-for': EMAIL },
        { range: 'bytes=9-1,2-' },
      ]),
    };
  }

  /** Spans that a real device could send, and others: overlapping, tiny, huge, from clocks that are set. */
  #delivery(): Sent {
    const now = Date.now();
    const clock = this.#pick([0, 0, 0, 3_600_000, -3_600_000, 86_400_000 * 365]);
    const spans = Array.from({ length: this.#pick([1, 1, 2, 5, 20]) }, () => {
      const start = now + clock - this.#random(120_000);
      const length = this.#pick([0, 1, 500, 5_000, 100_000, 10_000_000_000]);
      return {
        id: this.#pick([`s${this.#random(400)}`, `n${this.#count++}`]),
        session: this.#pick(this.#sessions),
        page: this.#random(5) === 0 ? this.#pick(TEXTS) : '/report/',
        start,
        end: this.#random(50) === 0 ? 'soon' : start + length,
      };
    });
    return this.#try(HEARTBEAT_PATH, JSON_TYPE, JSON.stringify({ sentAt: now + this.#pick([clock, 0]), spans }));
  }

  #try(path: string, headers: Record<string, string>, body: string | Buffer): Sent {
    return { method: 'POST', path, headers, body };
  }

  #pick<T>(all: readonly T[]): T {
    return all[this.#random(all.length)] as T;
  }
}

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
  for (let nth = 0; nth < 12; nth++) {
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

function send({
  method,
  path,
  headers = {},
  body,
}: Sent): Promise<{ status: number; retryAfter: string | undefined; body: string }> {
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
    // A response may arrive before a large body is sent, and the connection may be closed.
    outgoing.on('error', (error: NodeJS.ErrnoException) =>
      ['ECONNRESET', 'EPIPE'].includes(error.code ?? '') && body && body.length > 60_000
        ? resolve({ status: 413, retryAfter: undefined, body: '' })
        : reject(error),
    );
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
    const attacker = new Attacker(SEED, [...sessions, 'nobody', 'x'.repeat(64)]);
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
    let spansInAll = 0;
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
      spansInAll += session.spans.length;
    }
    expect(spansInAll).toBeGreaterThan(1_000);

    // Decodes bytes that were logged as numbers.
    const log = server.output.replaceAll(/\[(?:\d{1,3},?\s*){8,}\]/g, (list) =>
      Buffer.from(JSON.parse(list) as number[]).toString('latin1'),
    );
    for (const secret of [SECRET_MARK, 'reader.of.the.test', OWNER_TOKEN, ...sessions])
      expect(log.includes(secret)).toBe(false);
    for (const line of log.split('\n').filter((text) => text.startsWith('{'))) JSON.parse(line);
  },
);
