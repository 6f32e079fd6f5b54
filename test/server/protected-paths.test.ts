// Protected paths, in any spelling.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NOW, SECRET, startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';

let app: TestApp;
/** The gate's cookies, as a browser sends them back. */
let cookie: string;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());
beforeEach(async () => {
  app.clock.now = NOW;
  const { headers } = await app.send(
    'POST',
    '/api/verify-temp-access',
    { 'content-type': 'application/json' },
    '{"email":"ann@example.com"}',
  );
  cookie = (headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
});

const get = (path: string, withCookie?: string): Promise<Answer> =>
  app.send('GET', path, withCookie ? { cookie: withCookie } : {});

describe('a protected page', () => {
  it('redirects to the gate, which redirects back', async () => {
    const { status, headers, body } = await get('/confidential/plan.html?page=2');
    expect([status, headers.location]).toEqual([303, '/access?next=%2Fconfidential%2Fplan.html%3Fpage%3D2']);
    expect(body).not.toContain('Secret');
    expect((await get(headers.location ?? '')).body).toContain('value="/confidential/plan.html?page=2"');
  });

  it("opens with the gate's cookies, and stays out of shared caches", async () => {
    const { status, headers, body } = await get('/confidential/', cookie);
    expect([status, headers['cache-control']]).toEqual([200, 'private, no-cache']);
    expect(body).toContain('Secret');
  });

  it('sends the end of the access in a header, and the gate sends that there is none', async () => {
    const { headers } = await get('/confidential/pictures/plan.svg', cookie);
    expect(headers['stillhere-access']).toBe(new Date(NOW + 86_400_000).toUTCString());
    const refused = await get('/confidential/');
    expect(refused.headers['stillhere-access']).toBe('none');
    expect((await get(refused.headers.location ?? '')).headers['stillhere-access']).toBe('none');
    expect((await get('/', cookie)).headers['stillhere-access']).toBeUndefined();
  });

  it('no longer opens after "Forget this device", even with a copy of the cookie', async () => {
    expect((await get('/confidential/', cookie)).status).toBe(200);
    const { status, headers, body } = await app.send('POST', '/api/end-access', { cookie });
    expect([status, JSON.parse(body), headers['clear-site-data']]).toEqual([200, { success: true }, '"cache"']);
    const forgotten = (headers['set-cookie'] ?? []).map((line) => line.replace(/; HttpOnly/, ''));
    expect(forgotten).toEqual([
      `stillhere_forgotten=${NOW}; Path=/; SameSite=Lax`,
      'session_record_id=; Path=/; Max-Age=0',
      'stillhere_access=; Path=/; Max-Age=0; SameSite=Lax',
    ]);
    expect((await get('/confidential/', cookie)).status).toBe(303);
  });

  it("stays open for other readers then, and a forged cookie can't end anyone's access", async () => {
    const [, value = ''] = cookie.match(/stillhere_access=([^;]+)/) ?? [];
    const forged = `stillhere_access=${value.slice(0, -1)}; ${cookie.match(/session_record_id=[^;]+/)?.[0]}`;
    expect((await app.send('POST', '/api/end-access', { cookie: forged })).status).toBe(200);
    expect((await get('/confidential/', cookie)).status).toBe(200);
  });

  it('is excluded from search engines and from frames on other sites', async () => {
    const { headers } = await get('/confidential/', cookie);
    expect(headers['x-robots-tag']).toBe('noindex');
    expect(headers['content-security-policy']).toBe("frame-ancestors 'self'");
  });

  it('does not open with the readable cookie alone', async () => {
    expect((await get('/confidential/', cookie.match(/session_record_id=[^;]+/)?.[0])).status).toBe(303);
  });

  it('does not open after access has ended, even with the cookie', async () => {
    app.clock.now = NOW + 86_399_999;
    expect((await get('/confidential/', cookie)).status).toBe(200);
    app.clock.now = NOW + 86_400_000;
    expect((await get('/confidential/', cookie)).status).toBe(303);
  });

  it('does not open with a forged or altered cookie', async () => {
    const value = cookie.match(/stillhere_access=([^;]+)/)?.[1] ?? '';
    const [id = '', until = '', signature = ''] = value.split('.');
    const later = `${id}.${Number(until) + 1_000}`;
    const signedWith = (secret: string): string => createHmac('sha256', secret).update(later).digest('base64url');
    for (const forged of [
      `${later}.${signature}`,
      `${later}.${signedWith(`${SECRET}x`)}`,
      `${later}.${signedWith('')}`,
      `x${value}`,
      `${id}.${until}`,
      `${id}.${until}.`,
      '',
      '..',
      `${value}x`,
    ])
      expect((await get('/confidential/', `stillhere_access=${forged}`)).status).toBe(303);
    expect((await get('/confidential/', `stillhere_access=${value}`)).status).toBe(200);
  });

  it.for([
    '/confidential',
    '/confidential/index.html',
    '/confidential/plan.html',
    '/confidential/pictures/plan.svg',
    '/%63onfidential/',
    '/%2563onfidential/',
    '/confidential%2Fplan.html',
    '/%252e/confidential/',
    '//confidential/',
    '/./confidential/',
    '/x/../confidential/',
    '/x/%2e%2e/confidential/',
    '/Confidential/',
    '/CONFIDENTIAL/plan.html',
    '/confidential/./plan.html',
    '/confidential//plan.html',
    '/\\confidential/',
    '/confidential\\plan.html',
    '/confidential/plan.html%00',
    '/%00/confidential/',
    '/assets/../confidential/plan.html',
    '/assets/..%2fconfidential/plan.html',
    '/confidential/plan.html/',
    '/confidential/%2e/plan.html',
  ])('%s shows nothing without access', async (path) => {
    const { status, body } = await get(path);
    expect(body).not.toContain('Secret');
    expect([303, 301, 404, 400]).toContain(status);
  });
});

describe('the rest of the site', () => {
  it.for([
    '/..%2f..%2fpackage.json',
    '/%2e%2e/%2e%2e/package.json',
    '/../../package.json',
    '/..%2ftest.db',
    '/.hidden',
    '/assets/..%5c..%5ctest.db',
  ])('%s leads to no file outside it', async (path) => {
    const { status, body } = await get(path);
    expect(path === '/.hidden' ? [404] : [400]).toContain(status);
    expect(body).toMatch(/^(<title>Not here<\/title>|Not Found|Invalid path.*)$/);
  });

  it('is public, and files with hashed names are cached for a year', async () => {
    expect(await get('/')).toMatchObject({
      status: 200,
      body: '<title>Home</title>',
      headers: { 'cache-control': 'no-cache' },
    });
    expect(await get('/assets/site-B2k9fQ1c.css')).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'max-age=31536000, immutable' },
    });
  });

  it('answers 304 to a browser that has the file', async () => {
    const { headers } = await get('/');
    const again = await app.send('GET', '/', { 'if-none-match': String(headers.etag) });
    expect([again.status, again.body]).toEqual([304, '']);
  });

  it('redirects from a folder to its page', async () => {
    const { status, headers } = await get('/confidential?x=1', cookie);
    expect([status, headers.location]).toEqual([301, '/confidential/?x=1']);
  });

  it('shows 404.html for missing files', async () => {
    expect(await get('/nothing')).toMatchObject({ status: 404, body: '<title>Not here</title>' });
  });
});
