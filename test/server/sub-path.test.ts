// A site that lies under a path of its host, behind a proxy that removes the path and behind one that leaves it.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Koa, { type Middleware } from 'koa';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stillhere, type Stillhere } from '../../server/app/embed.ts';
import { readConfig } from '../../server/config/config.ts';
import { ownerUrlOf } from '../../server/config/owner-url.ts';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { cookiesOf } from '../helpers/cookies.ts';
import { makeSpan, NOW, OWNER_TOKEN, startTestApp, type TestApp } from '../helpers/test-app.ts';
import { startTestSite, type TestSite } from '../helpers/test-app-site.ts';

const BASE = '/sites/work';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const OWNER = { authorization: `Bearer ${OWNER_TOKEN}` };

describe.each([
  ['leaves the path', BASE],
  ['removes the path', ''],
])('behind a proxy that %s', (_, seen) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ BASE, PRIVACY_URL: '/privacy/', PUBLIC_URL: 'https://host.example' });
  });
  afterAll(() => app.close());

  const enter = (next: string) =>
    app.send('POST', `${seen}/access`, FORM, `email=ann%40example.com&next=${encodeURIComponent(next)}`);

  it('the gate stands in front of protected pages, and leads back to them', async () => {
    const closed = await app.send('GET', `${seen}/confidential/?a=b`);
    const next = encodeURIComponent(`${BASE}/confidential/?a=b`);
    expect([closed.status, closed.headers.location]).toEqual([303, `${BASE}/access?next=${next}`]);

    const gate = await app.send('GET', `${seen}/access?next=${next}`);
    expect(gate.body).toContain(`name="next" value="${BASE}/confidential/?a=b"`);
    expect(gate.body).toContain(`src="${BASE}/stillhere.js"`);
    expect(gate.body).toContain(`href="${BASE}/privacy/"`);

    const passed = await enter(`${BASE}/confidential/?a=b`);
    expect(passed.headers.location).toMatch(`${BASE}/access?next=${next}&entered=`);
    const cookies = passed.headers['set-cookie'] ?? [];
    expect(cookies.map((cookie) => /Path=[^;]*/.exec(cookie)?.[0])).toEqual([`Path=${BASE}`, `Path=${BASE}`]);

    const cookie = cookies.map((one) => one.split(';')[0]).join('; ');
    const led = await app.send('GET', `${seen}/access?next=${next}`, { cookie });
    expect(led.headers.location).toBe(`${BASE}/confidential/?a=b`);
    const page = await app.send('GET', `${seen}/confidential/`, { cookie });
    expect([page.status, page.body]).toEqual([200, expect.stringContaining('<title>Secret</title>')]);
    expect(page.body).toContain(`src="${BASE}/stillhere.js"`);

    const ended = await app.send('POST', `${seen}/api/end-access`, { cookie });
    for (const one of ended.headers['set-cookie'] ?? []) expect(one).toContain(`Path=${BASE};`);
  });

  it('the gate answers scripts with an address of the host, by either form of it', async () => {
    for (const next of [`${BASE}/confidential/plan`, '/confidential/plan']) {
      const body = JSON.stringify({ email: 'ann@example.com', next });
      const { body: answer } = await app.send(
        'POST',
        `${seen}/api/verify-temp-access`,
        { 'content-type': 'application/json' },
        body,
      );
      expect(JSON.parse(answer)).toMatchObject({ next: `${BASE}/confidential/plan` });
    }
  });

  it('the gate leads nowhere else', async () => {
    for (const next of [
      `${BASE}//evil.example/`,
      '//evil.example/',
      `${BASE}/\\evil.example`,
      'https://evil.example/',
    ]) {
      const location = (await enter(next)).headers.location ?? '';
      expect(new URL(location, 'https://host.example').searchParams.get('next')).toBe(`${BASE}/confidential/`);
    }
  });

  it('deliveries arrive, by the direct route and by Koa', async () => {
    const session = await app.makeSession(`session-${seen.length}`);
    const deliver = (id: string, headers: Readonly<Record<string, string>>) =>
      app.send(
        'POST',
        seen + HEARTBEAT_PATH,
        headers,
        JSON.stringify({ sentAt: NOW, spans: [makeSpan({ id, session, end: NOW })] }),
      );
    const direct = await deliver('direct', {});
    const byKoa = await deliver('koa', { origin: 'https://host.example' });
    expect([direct.body, byKoa.body]).toEqual([
      expect.stringContaining('"stored":["direct"]'),
      expect.stringContaining('"stored":["koa"]'),
    ]);
  });

  it("the owner's pages, login and API", async () => {
    const page = await app.send('GET', `${seen}/owner/readers`);
    expect(page.body).toContain(`src="${BASE}/stillhere-owner.js"`);
    expect(page.body).toContain(`<stillhere-owner path="/owner" base="${BASE}">`);
    const login = await app.send('POST', `${seen}/api/owner/login`, FORM, `token=${OWNER_TOKEN}`);
    expect(login.headers['set-cookie']?.[0]).toContain(`Path=${BASE}/api;`);
    expect((await app.send('GET', `${seen}/api/sessions`)).body).toContain(`Log in at ${BASE}/owner`);
    const share = await app.send('POST', `${seen}/api/shares`, { ...OWNER, 'content-type': 'application/json' }, '{}');
    expect(share.body).toContain(`https://host.example${BASE}/owner#share=`);
    const api = await app.send('GET', `${seen}/api/openapi.json`, OWNER);
    expect(JSON.parse(api.body)).toMatchObject({ servers: [{ url: BASE }] });
  });

  it('health, folders and missing pages', async () => {
    expect((await app.send('GET', `${seen}/healthz`)).status).toBe(200);
    expect((await app.send('GET', `${seen}/assets`)).status).toBe(404);
    expect((await app.send('GET', `${seen}/nothing`)).body).toContain('Not here');
  });
});

it('the base without a slash leads to the site', async () => {
  const app = await startTestApp({ BASE });
  expect((await app.send('GET', `${BASE}?a=b`)).headers.location).toBe(`${BASE}/?a=b`);
  expect((await app.send('GET', `${BASE}/`)).body).toContain('<title>Home</title>');
  await app.close();
});

it('a protected path stays protected, however the base is spelled', async () => {
  const app = await startTestApp({ BASE });
  for (const path of [
    '/SITES/Work',
    '//sites/work',
    '/sites//work',
    '/%73ites/work',
    '/sites/work/.',
    '/sites/./work',
    BASE + BASE,
  ])
    for (const page of ['/confidential/', '/confidential/plan', '/Confidential', '/%63onfidential/']) {
      const { status, body } = await app.send('GET', path + page);
      expect([path + page, body.includes('Secret'), status < 200 || status === 200]).toEqual([
        path + page,
        false,
        false,
      ]);
    }
  await app.close();
});

it('no session id of an API path is in the log', async () => {
  const app = await startTestApp({ BASE });
  for (const path of [BASE, '', '/%73ites/work', '//sites/work'])
    await app.send('GET', `${path}/api/sessions/ann-session-id/nothing`, OWNER);
  expect(app.logLines.join('')).not.toContain('ann-session-id');
  await app.close();
});

describe('the scripts', () => {
  let site: TestSite;
  beforeAll(async () => {
    site = await startTestSite(
      {
        'site/index.html': 'home',
        'site/confidential/index.html':
          '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'"><base href="/x/"><p>a',
        'site/notes/index.html': 'notes',
        'build/stillhere.js': 'LIBRARY',
        'build/sw.js': 'WORKER',
        'build/stillhere-sw.js': 'CHANNEL',
      },
      { BASE: '/work', PUBLIC_URL: 'https://host.example' },
    );
  });
  afterAll(() => site.close());

  it('of workers begin with the base, because a worker may be in any folder', async () => {
    expect((await site.get('/work/sw.js')).body).toBe('self.stillhereBase??="/work";WORKER');
    const { body, headers } = await site.get('/work/stillhere-sw.js');
    expect(body).toBe('self.stillhereBase??="/work";CHANNEL');
    expect((await site.get('/work/stillhere-sw.js', { 'if-none-match': headers.etag ?? '' })).status).toBe(304);
    expect((await site.get('/work/stillhere.js')).body).toBe('LIBRARY');
  });

  it('are allowed by the policies of pages, with an address that <base> does not change', async () => {
    const { body } = await site.get('/work/confidential/', { cookie: await site.passGate() });
    expect(body).toContain('script-src-elem https://host.example/work/stillhere.js ');
    expect(body).toContain('src="https://host.example/work/stillhere.js"');
  });

  it('a folder without its slash leads to the folder', async () => {
    expect((await site.get('/work/notes?a')).headers.location).toBe('/work/notes/?a');
  });
});

describe('in a host', () => {
  let gate: Stillhere;
  let folder: string;
  const servers: Server[] = [];
  const listen = async (...all: readonly Middleware[]): Promise<string> => {
    const app = new Koa();
    for (const one of all) app.use(one);
    const answer = app.callback();
    const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const host: Middleware = (ctx) => {
    if (ctx.path === '/work/old') ctx.redirect('/elsewhere');
    else ctx.body = `host: ${ctx.url}`;
    ctx.append('Set-Cookie', 'own=1; Path=/');
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stillhere-base-'));
    gate = stillhere({
      base: 'work/',
      protect: ['/report/'],
      storeUrl: `file:${join(folder, 's.db')}`,
      log: pino({ level: 'silent' }),
    });
    await gate.ready();
  });
  afterAll(async () => {
    for (const server of servers) {
      server.close();
      server.closeAllConnections();
    }
    await gate.close();
    await rm(folder, { recursive: true });
  });

  const expectGate = async (url: string, seen: string): Promise<void> => {
    const closed = await fetch(`${url}${seen}/report/`, { redirect: 'manual' });
    expect(closed.headers.get('location')).toBe('/work/access?next=%2Fwork%2Freport%2F');
    const passed = await fetch(`${url}${seen}/access`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ email: 'ann@example.com', next: '/work/report/' }),
    });
    expect(passed.headers.get('location')).toMatch('/work/access?next=%2Fwork%2Freport%2F&entered=');
    const open = await fetch(`${url}${seen}/report/`, { headers: { cookie: cookiesOf(passed) } });
    expect(await open.text()).toBe(`host: ${seen}/report/`);
    expect((await fetch(`${url}${seen}/sw.js`)).status).toBe(200);
    const span = { id: `span${seen.length}`, session: 'none', page: '/work/report/', start: 1, end: 2 };
    const receipt = await fetch(url + seen + HEARTBEAT_PATH, {
      method: 'POST',
      body: JSON.stringify({ sentAt: 2, spans: [span] }),
    });
    expect(await receipt.json()).toMatchObject({ refused: [{ reason: 'unknown-session' }] });
  };

  it('Koa: with and without the base in the request', async () => {
    const url = await listen(gate, host);
    await expectGate(url, '/work');
    await expectGate(url, '');
  });

  it("Koa: what is the host's passes unchanged, with its redirects and cookies", async () => {
    const url = await listen(gate, host);
    expect(await (await fetch(`${url}/work/other?a=b`)).text()).toBe('host: /work/other?a=b');
    expect(await (await fetch(`${url}/work`)).text()).toBe('host: /work');
    const moved = await fetch(`${url}/work/old`, { redirect: 'manual' });
    expect([moved.headers.get('location'), moved.headers.get('set-cookie')]).toEqual(['/elsewhere', 'own=1; Path=/']);
  });

  it('Node, as Express mounts it: with the base removed from `url`', async () => {
    const server = createServer((request, response) => {
      const { url = '' } = request;
      Object.assign(request, { originalUrl: url, url: url.slice('/work'.length) });
      gate.node(request, response, () => response.end(`host: ${request.url}`));
    }).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const closed = await fetch(`${url}/work/report/`, { redirect: 'manual' });
    expect(closed.headers.get('location')).toBe('/work/access?next=%2Fwork%2Freport%2F');
    expect(await (await fetch(`${url}/work/other`)).text()).toBe('host: /other');
  });

  it('Fetch', async () => {
    const ask = (path: string): Promise<Response> =>
      gate.fetch(new Request(`https://site.example${path}`), (): Response => new Response('host'));
    expect((await ask('/work/report/')).headers.get('location')).toBe('/work/access?next=%2Fwork%2Freport%2F');
    expect(await (await ask('/work/access')).text()).toContain('src="/work/stillhere.js"');
    expect(await (await ask('/other')).text()).toBe('host');
  });
});

describe('the setting', () => {
  const read = (base: string): string => readConfig({ BASE: base }).base;

  it.each([
    ['/', ''],
    ['/work', '/work'],
    ['/work/', '/work'],
    ['work', '/work'],
    ['~ann/Work-2_b.c', '/~ann/Work-2_b.c'],
    ['/sites/work/', '/sites/work'],
  ])('%s', (given, base) => expect(read(given)).toBe(base));

  it.each([
    '/my work',
    '/my%20work',
    '/work?a',
    '/work#a',
    '//work',
    '/a//b',
    '/..',
    '/a/../b',
    '/./a',
    'https://example.com/work',
    '/api',
    '/access/x',
    '/stillhere',
    '/sw.js',
    '/wörk',
    '/a\\b',
    '/a;b',
  ])('%s is refused, with what it must be', (given) => {
    expect(() => read(given)).toThrow(/BASE: must be a path .* like \/work/);
  });

  it("is part of the address of the owner's pages", () => {
    const config = readConfig({ BASE: '/work', OWNER_ORIGIN: 'https://owner.example.com' });
    expect(ownerUrlOf(config, 'http://localhost')).toBe('https://owner.example.com/work/owner');
    expect(ownerUrlOf(readConfig({ BASE: '/work' }), 'http://localhost:8080')).toBe('http://localhost:8080/work/owner');
  });
});
