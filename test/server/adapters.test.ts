// Stillhere in servers other than Koa: requests that it doesn't answer pass unchanged.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stillhere, type Stillhere } from '../../server/app/embed.ts';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import type { SessionView } from '../../sw/protocol/owner-api.ts';
import { cookiesOf } from '../helpers/cookies.ts';

const EMAIL = JSON.stringify({ email: 'ann@example.com' });
const JSON_BODY = { 'content-type': 'application/json' };

let folder: string;
let gate: Stillhere;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stillhere-handlers-'));
  gate = stillhere({ protect: ['/secret/'], storeUrl: `file:${join(folder, 's.db')}`, log: pino({ level: 'silent' }) });
  await gate.ready();
});
afterAll(async () => {
  await gate.close();
  await rm(folder, { recursive: true });
});

describe("in Node's http server", () => {
  let server: Server;
  let url: string;
  beforeAll(async () => {
    const own = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      response.setHeader('x-host', 'yes').end(`host: ${request.method} ${request.url} ${body}`);
    };
    server = createServer((request, response) => gate.node(request, response, () => void own(request, response)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  it('lets what is not ours pass, body and all', async () => {
    const response = await fetch(`${url}/own?x=1`, { method: 'POST', body: 'text' });
    expect([response.status, response.headers.get('x-host'), await response.text()]).toEqual([
      200,
      'yes',
      'host: POST /own?x=1 text',
    ]);
  });

  it('protects paths, and admits readers who passed the gate', async () => {
    const before = await fetch(`${url}/secret/page`, { redirect: 'manual' });
    expect([before.status, before.headers.get('location')]).toEqual([303, '/access?next=%2Fsecret%2Fpage']);
    const passed = await fetch(`${url}/api/verify-temp-access`, { method: 'POST', headers: JSON_BODY, body: EMAIL });
    const after = await fetch(`${url}/secret/page`, { headers: { cookie: cookiesOf(passed) } });
    expect(await after.text()).toBe('host: GET /secret/page ');
    expect(after.headers.get('cache-control')).toBe('private, no-cache');
    expect(Date.parse(after.headers.get('stillhere-access') ?? '')).toBeGreaterThan(Date.now());
  });
});

describe('behind a body parser of the host', () => {
  const readAll = async (request: IncomingMessage): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  };
  const multipart = new FormData();
  multipart.set('email', 'ann@example.com');
  const json = { headers: JSON_BODY, body: EMAIL };
  const form = { body: new URLSearchParams({ email: 'ann@example.com' }) };
  const fields = (): object => ({ email: 'ann@example.com' });

  it.for<[string, RequestInit, (bytes: Buffer) => unknown]>([
    ['JSON as an object', json, fields],
    ['JSON as bytes', json, (bytes) => bytes],
    ['JSON as text', json, String],
    ['a form as an object', form, fields],
    ['a form as bytes', form, (bytes) => new Uint8Array(bytes)],
    ['a multipart form as an object', { body: multipart }, fields],
    ['a multipart form as bytes', { body: multipart }, (bytes) => bytes],
  ])('the gate accepts %s', async ([, sent, parse]) => {
    const server = createServer((request, response) => {
      void readAll(request).then((bytes) =>
        gate.node(Object.assign(request, { body: parse(bytes) }), response, () => response.end('host')),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/verify-temp-access`;
    const { headers } = await fetch(url, { method: 'POST', redirect: 'manual', ...sent });
    expect(headers.getSetCookie()).toHaveLength(2);
    server.close();
    server.closeAllConnections();
  });
});

describe('in a Fetch-style server', () => {
  const host = async (request: Request): Promise<Response> =>
    gate.fetch(
      request,
      async () => new Response(`host: ${await request.text()}`, { status: 201, headers: { 'x-host': 'yes' } }),
    );

  it('lets what is not ours pass, body and all', async () => {
    const response = await host(new Request('https://site.example/own', { method: 'POST', body: 'text' }));
    expect([response.status, response.headers.get('x-host'), await response.text()]).toEqual([
      201,
      'yes',
      'host: text',
    ]);
  });

  it("doesn't wait for a body meant for the host", async () => {
    const body = new ReadableStream({ pull: () => new Promise(() => {}) });
    const upload = new Request('https://site.example/upload', { method: 'POST', body, duplex: 'half' } as RequestInit);
    const response = await gate.fetch(upload, (): Response => new Response(`used: ${upload.bodyUsed}`));
    expect(await response.text()).toBe('used: false');
  });

  it('protects paths, sets Secure cookies, and accepts a beat', async () => {
    const before = await host(new Request('https://site.example/secret/'));
    expect([before.status, before.headers.get('location')]).toEqual([303, '/access?next=%2Fsecret%2F']);
    const passed = await host(
      new Request('https://site.example/api/verify-temp-access', { method: 'POST', headers: JSON_BODY, body: EMAIL }),
    );
    expect(passed.headers.getSetCookie()).toHaveLength(2);
    for (const cookie of passed.headers.getSetCookie()) expect(cookie).toContain('; Secure');
    const cookie = cookiesOf(passed);
    const after = await host(new Request('https://site.example/secret/', { headers: { cookie } }));
    expect([after.status, after.headers.get('cache-control'), await after.text()]).toEqual([
      201,
      'private, no-cache',
      'host: ',
    ]);
    const beat = await host(
      new Request(`https://site.example${HEARTBEAT_PATH}`, { method: 'POST', headers: { cookie } }),
    );
    expect([beat.status, await beat.json()]).toEqual([200, { success: true }]);
  });

  it.for([HEARTBEAT_PATH, '/api/verify-temp-access', '/access', '/API/Session-Heartbeat/'])(
    'takes no more of a body for %s than it may have',
    async (path) => {
      let megabytes = 0;
      const body = new ReadableStream({
        pull: (to) => (megabytes++ < 64 ? to.enqueue(new Uint8Array(1 << 20).fill(32)) : to.close()),
      });
      const init = { method: 'POST', body, duplex: 'half', headers: JSON_BODY } as RequestInit;
      const response = await host(new Request(`https://site.example${path}`, init));
      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({ success: false });
      expect(megabytes).toBeLessThan(4);
    },
  );

  it('streams its own files: whole, in part, and not modified', async () => {
    const ask = (init: RequestInit): Promise<Response> => host(new Request('https://site.example/stillhere.js', init));
    const whole = await ask({});
    const bytes = Buffer.from(await whole.arrayBuffer());
    expect([whole.status, bytes.length > 5_000, whole.headers.get('accept-ranges')]).toEqual([200, true, 'bytes']);
    const part = await ask({ headers: { range: 'bytes=10-19' } });
    expect([part.status, part.headers.get('content-range'), await part.text()]).toEqual([
      206,
      `bytes 10-19/${bytes.length}`,
      bytes.subarray(10, 20).toString(),
    ]);
    const known = await ask({ headers: { 'if-none-match': whole.headers.get('etag') ?? '' } });
    expect([known.status, known.body]).toEqual([304, null]);
    const head = await ask({ method: 'HEAD' });
    expect([head.status, head.body, head.headers.get('content-length')]).toEqual([200, null, String(bytes.length)]);
  });

  it('does not touch a body meant for the host', async () => {
    const request = new Request('https://site.example/own', { method: 'POST', body: 'for the host' });
    const seen = await gate.fetch(request, async () => new Response(`${request.bodyUsed} ${await request.text()}`));
    expect(await seen.text()).toBe('false for the host');
  });

  it("keeps a host's own stricter headers, and adds to its policies", async () => {
    const passed = await host(
      new Request('https://site.example/api/verify-temp-access', { method: 'POST', headers: JSON_BODY, body: EMAIL }),
    );
    const show = async (own: Record<string, string>): Promise<Headers> => {
      const request = new Request('https://site.example/secret/', { headers: { cookie: cookiesOf(passed) } });
      return (await gate.fetch(request, () => new Response('page', { headers: own }))).headers;
    };
    expect((await show({ 'cache-control': 'no-store' })).get('cache-control')).toBe('no-store');
    expect((await show({ 'cache-control': 'public, max-age=600' })).get('cache-control')).toBe('private, no-cache');
    const { 'content-security-policy': policy } = Object.fromEntries(
      await show({ 'content-security-policy': "default-src 'self'" }),
    );
    expect(policy).toBe("default-src 'self', frame-ancestors 'self'");
  });

  it('distinguishes readers by the given client address', async () => {
    const ask = (address: string): Promise<Response> =>
      gate.fetch(
        new Request('https://site.example/api/verify-temp-access', { method: 'POST', headers: JSON_BODY, body: EMAIL }),
        () => new Response(),
        address,
      );
    const statuses = await Promise.all(Array.from({ length: 61 }, async () => (await ask('192.0.2.1')).status));
    expect([statuses.filter((status) => status === 200).length, statuses.at(-1)]).toEqual([60, 429]);
    expect((await ask('192.0.2.2')).status).toBe(200);
  });

  it('passes on errors from the host', async () => {
    const failing = gate.fetch(new Request('https://site.example/own'), () =>
      Promise.reject(new Error('the host broke')),
    );
    await expect(failing).rejects.toThrow('the host broke');
  });
});

it('gives host code the sessions in its store', async () => {
  const body = JSON.stringify({ email: 'Reader@Example.com' });
  const init = { method: 'POST', headers: JSON_BODY, body };
  const answer = await gate.fetch(
    new Request('https://site.example/api/verify-temp-access', init),
    () => new Response(),
  );
  const { session } = (await answer.json()) as { session: string };
  const found: SessionView[] = [];
  for await (const one of gate.sessions.list({ email: 'reader@example.com' })) found.push(one);
  expect(found.map(({ id, emailOfAccessor }) => [id, emailOfAccessor])).toEqual([[session, 'reader@example.com']]);
  expect((await gate.sessions.find(session))?.emailOfAccessor).toBe('reader@example.com');
  expect(await gate.sessions.find('nobody')).toBeUndefined();
  const [record] = await gate.sessions.fetchEmailAccessSessions({ email: 'READER@example.com' });
  expect(record).toMatchObject({
    id: session,
    fields: { emailOfAccessor: 'reader@example.com', readingTimeMs: 0 },
  });
});

it('reports missing options', () => {
  expect(() => stillhere({})).toThrow(/protect: must list the paths behind the gate/);
  expect(() => stillhere({ protect: ['secret'], accessHours: 0 })).toThrow(
    /\n {2}protect: must be paths.*\n {2}accessHours: must/s,
  );
});

it("keeps working without a store: the host's pages are served, and protected paths stay closed", async () => {
  const lost = stillhere({
    protect: ['/secret/'],
    storeUrl: 'file:/dev/null/s.db',
    secret: 'x'.repeat(32),
    ownerToken: 'y'.repeat(32),
    log: pino({ level: 'silent' }),
  });
  const ask = (path: string): Promise<Response> =>
    lost.fetch(new Request(`https://site.example${path}`), () => new Response('host'));
  expect(await (await ask('/own')).text()).toBe('host');
  expect((await ask('/secret/')).status).toBe(503);
  await expect(lost.ready()).rejects.toThrow();
  await lost.close();
});
