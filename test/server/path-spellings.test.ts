// Every spelling of a protected path leads to the gate, and none to the file. No spelling leads out of the site.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestSite, type TestSite } from '../helpers/test-app-site.ts';

let site: TestSite;
let cookie: string;
beforeAll(async () => {
  site = await startTestSite({
    'site/index.html': 'home',
    'site/.env': 'OUTSIDE',
    'site/.git/config': 'OUTSIDE',
    'site/confidential/index.html': 'SECRET',
    'site/confidential/plan.html': 'SECRET',
    'site/confidential/pictures/plan.svg': 'SECRET',
    // As on a case-insensitive file system.
    'site/CONFIDENTIAL/plan.html': 'SECRET',
    'site/Confidential/index.html': 'SECRET',
    'build/sw.js': 'worker',
    'build/other.js': 'OUTSIDE',
    'package.json': 'OUTSIDE',
  });
  cookie = await site.passGate();
});
afterAll(() => site.close());

describe('to the gate', () => {
  it.for([
    '/confidential',
    '/confidential/',
    '/confidential/index.html',
    '/confidential/pictures/plan.svg',
    '/confidential/not-there.html',
    '/%63onfidential/',
    '/%63%6f%6e%66%69%64%65%6e%74%69%61%6c/plan.html',
    '/confidential%2fplan.html',
    '/confidential%2Fplan.html',
    '//confidential/',
    '///confidential//plan.html',
    '/./confidential/',
    '/%2e/confidential/plan.html',
    '/Confidential/',
    '/CONFIDENTIAL/plan.html',
    '/%43ONFIDENTIAL/plan.html',
    '/confidential/./plan.html',
    '/confidential/plan.html/',
    '/confidential/plan.html?x=/../../',
    'http://elsewhere.example/confidential/plan.html',
  ])('leads %s', async (path) => {
    const { status, headers, body } = await site.get(path);
    expect([status, headers.location]).toEqual([303, expect.stringMatching(/^\/access\?next=%2F/) as unknown]);
    expect(body).not.toContain('SECRET');
  });

  it.for(['HEAD', 'GET'])('leads a %s, whatever its conditional headers', async (method) => {
    const { headers: known } = await site.get('/confidential/plan.html', { cookie });
    for (const condition of [{ 'if-none-match': known.etag }, { 'if-none-match': '*' }, { range: 'bytes=0-2' }]) {
      const { status, headers } = await site.get('/confidential/plan.html', condition, method);
      expect(status).toBe(303);
      expect(headers.etag).toBeUndefined();
    }
  });

  it('leads no reader with access: the file opens', async () => {
    expect(await site.get('/confidential/plan.html', { cookie })).toMatchObject({
      status: 200,
      body: expect.stringMatching(/SECRET<session-heartbeat/) as unknown,
    });
  });
});

// If one reading of the path is protected, the request goes to the gate, whatever the file's name.
describe('to the gate, decoded more than once', () => {
  it.for([
    '/confidential%252fplan.html',
    '/%252e/confidential/plan.html',
    '/%2563%256fnfidential/plan.html',
    '/%2563onfidential/',
    '/%25252563onfidential/',
    '/CONFIDENTIAL%252Fplan.html',
    '/confidential;v=1/plan.html',
    '/confidential./plan.html',
    '/confidential%20/plan.html',
    '/confidential::$INDEX_ALLOCATION/plan.html',
    '/%ef%bd%83onfidential/plan.html',
    '/confidential.html.zst',
    '/confidential.txt',
    '/confidential.xhtml',
  ])('leads %s', async (path) => {
    expect((await site.get(path)).status).toBe(303);
  });
});

describe('is refused, with or without access', () => {
  it.for([
    '/x/../confidential/',
    '/x/%2e%2e/confidential/plan.html',
    '/x/.%2E/confidential/plan.html',
    '/x%2f..%2fconfidential%2fplan.html',
    '/../confidential/plan.html',
    '/confidential/pictures/../plan.html',
    '/confidential/..',
    '/confidential/..;/plan.html',
    '/confidential/..;x=1/plan.html',
    '/confidential/..%3b/plan.html',
    '/confidential/..%20/plan.html',
    '/confidential/..:/plan.html',
    '/x/..;/confidential/plan.html',
    '/x/%2e%2e%23/confidential/plan.html',
    '/confidential\\plan.html',
    '/\\confidential/plan.html',
    '/confidential%5cplan.html',
    '/confidential/plan.html%00',
    '/%00/confidential/plan.html',
    '/confidential/plan.html%00.svg',
    '/confidential/%',
    '/confidential/plan.html%ff',
    '/..%2fpackage.json',
    '/..%2f..%2fpackage.json',
    '/%2e%2e/package.json',
    '/../package.json',
    '/x/../../package.json',
    '/..%5cpackage.json',
    '/..%2fbuild%2fother.js',
    '/sw.js/../other.js',
    '/..%2fsite.db',
  ])('%s', async (path) => {
    for (const headers of [{}, { cookie }]) {
      const { status, body } = await site.get(path, headers);
      expect([status, body]).toEqual([400, expect.stringContaining('Invalid path') as unknown]);
    }
  });
});

it.for(['foo://confidential', 'foo://confidential?x', 'foo://x/no-such-page'])(
  'an address of another scheme, %s, is no page',
  async (target) => {
    expect((await site.get(target)).status).toBe(404);
  },
);

describe('to no file', () => {
  it.for(['/other.js', '/.env', '/%2eenv', '/.git/config'])('leads %s, with or without access', async (path) => {
    for (const headers of [{}, { cookie }]) {
      const { status, body } = await site.get(path, headers);
      expect([status, body]).toEqual([404, 'Not Found']);
    }
  });
});

it('a protected file that changed is sent again; one that did not is 304, still private', async () => {
  const { headers } = await site.get('/confidential/', { cookie });
  const again = { cookie, 'if-none-match': headers.etag };
  expect(await site.get('/confidential/', again)).toMatchObject({
    status: 304,
    body: '',
    headers: { 'cache-control': 'private, no-cache' },
  });
  await site.write('site/confidential/index.html', 'SECRET and longer');
  expect(await site.get('/confidential/', again)).toMatchObject({
    status: 200,
    body: expect.stringMatching(/SECRET and longer<session-heartbeat/) as unknown,
  });
});

it("serves the channel's scripts from the build, without access", async () => {
  expect(await site.get('/sw.js')).toMatchObject({ status: 200, body: 'worker' });
});

it("a site's own worker takes precedence over Stillhere's", async () => {
  await site.write('site/sw.js', 'own worker');
  expect(await site.get('/sw.js')).toMatchObject({ status: 200, body: 'own worker' });
});
