// How the owner gets in: by a link with a single-use code, or by the token. What is kept of both are hashes.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeOwnerKey, ownerLink } from '../../server/owner/owner-key.ts';
import { OWNER_TOKEN, startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp();
});
afterEach(() => app.close());

const logIn = (key: object, headers = {}): Promise<Answer> =>
  app.send('POST', '/api/owner/login', { 'content-type': 'application/json', ...headers }, JSON.stringify(key));
const makeCode = (): Promise<string> => makeOwnerKey(app.store.ownerKeys, 'code', app.clock.now);
const cookieOf = ({ headers }: Answer): string => headers['set-cookie']?.[0]?.split(';')[0] ?? '';
const askWith = async (headers: Record<string, string>): Promise<number> =>
  (await app.send('GET', '/api/sessions', headers)).status;

describe('a link', () => {
  it('logs in once, for twelve hours, with a cookie that no script and no other site gets', async () => {
    const code = await makeCode();
    const answer = await logIn({ code });
    expect([answer.status, answer.body]).toEqual([200, '{"success":true}']);
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^stillhere_owner=[\w-]{32}; Max-Age=43200; Path=\/api; HttpOnly; SameSite=Strict$/),
    ]);
    const cookie = cookieOf(answer);
    expect(await askWith({ cookie })).toBe(200);
    app.clock.now += 12 * HOUR - 1;
    expect(await askWith({ cookie })).toBe(200);
    app.clock.now += 1;
    expect(await askWith({ cookie })).toBe(401);

    const again = await logIn({ code });
    expect([again.status, again.headers['set-cookie']]).toEqual([401, undefined]);
    expect(again.body).toContain('This link has been used, or is older than 15 minutes');
  });

  it('logs in one of two browsers that open it at once', async () => {
    const code = await makeCode();
    const answers = await Promise.all([logIn({ code }), logIn({ code })]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 401]));
  });

  it('is valid for 15 minutes', async () => {
    const codes = [await makeCode(), await makeCode()] as const;
    app.clock.now += 15 * MINUTE - 1;
    expect((await logIn({ code: codes[0] })).status).toBe(200);
    app.clock.now += 1;
    expect((await logIn({ code: codes[1] })).status).toBe(401);
  });

  it('has its code where browsers send it to no server', () => {
    expect(ownerLink('https://portfolio.example/owner', 'abc')).toBe('https://portfolio.example/owner#abc');
  });

  it('opens a page without data, that no cache keeps unasked and no search engine lists', async () => {
    for (const path of ['/owner', '/owner/sessions/00q4']) {
      const { status, headers, body } = await app.send('GET', path);
      expect([status, headers['cache-control'], headers['x-robots-tag']]).toEqual([200, 'no-cache', 'noindex']);
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(body).toContain('<stillhere-owner path="/owner" base="">');
    }
  });
});

describe('a login', () => {
  it('works by the token, too', async () => {
    const cookie = cookieOf(await logIn({ token: OWNER_TOKEN }));
    expect(await askWith({ cookie })).toBe(200);
  });

  it.for<[object]>([[{ token: `${OWNER_TOKEN}x` }], [{ token: '' }], [{ code: '' }], [{ code: 'a'.repeat(32) }], [{}]])(
    'is refused with %o, and logged without it',
    async ([key]) => {
      const { status, headers } = await logIn(key);
      expect([status, headers['set-cookie']]).toEqual([401, undefined]);
      expect(app.logLines.join('')).toContain('a login was refused');
      for (const value of Object.values(key).filter(Boolean)) expect(app.logLines.join('')).not.toContain(value);
    },
  );

  it('is not possible from a page of another site', async () => {
    const code = await makeCode();
    expect((await logIn({ code }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await logIn({ code })).status).toBe(200);
  });

  it('can be tried ten times a minute', async () => {
    for (let nth = 0; nth < 10; nth++) expect((await logIn({ code: 'wrong' })).status).toBe(401);
    const code = await makeCode();
    const { status, headers } = await logIn({ code });
    expect([status, Number(headers['retry-after']) > 0]).toEqual([429, true]);
  });

  it('ends when the owner logs out, and with all others when all are ended', async () => {
    const [one, other] = [
      cookieOf(await logIn({ code: await makeCode() })),
      cookieOf(await logIn({ code: await makeCode() })),
    ];
    const left = await app.send('DELETE', '/api/owner/login', { cookie: one });
    expect(left.headers['set-cookie']?.[0]).toContain('Max-Age=0');
    expect([await askWith({ cookie: one }), await askWith({ cookie: other })]).toEqual([401, 200]);
    await app.store.ownerKeys.removeAll();
    expect(await askWith({ cookie: other })).toBe(401);
  });

  it.for(['', 'stillhere_owner=', 'stillhere_owner=x', 'session_record_id=ann-session'])(
    'is not what the cookie %s says',
    async (cookie) => expect(await askWith(cookie ? { cookie } : {})).toBe(401),
  );

  it('does not help a request with a wrong token, and a code is no login', async () => {
    const cookie = cookieOf(await logIn({ code: await makeCode() }));
    expect(await askWith({ cookie, authorization: 'Bearer wrong' })).toBe(401);
    expect(await askWith({ cookie: `stillhere_owner=${await makeCode()}` })).toBe(401);
  });

  it('has a cookie for https where the site has it', async () => {
    await app.close();
    app = await startTestApp({ PUBLIC_URL: 'https://portfolio.example' });
    const answer = await logIn({ code: await makeCode() });
    expect(answer.headers['set-cookie']?.[0]).toMatch(/; Secure$/);
  });
});

describe('changes', () => {
  it('are told, without data, to whoever is logged in', async () => {
    expect((await fetch(`${app.url}/api/live`)).status).toBe(401);
    const response = await fetch(`${app.url}/api/live`, { headers: { authorization: `Bearer ${OWNER_TOKEN}` } });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const events = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await events?.read())?.value).toMatch(/^retry: 1000\nid: \S+\n\n$/);
    const granted = await app.send(
      'POST',
      '/api/verify-temp-access',
      { 'content-type': 'application/json' },
      '{"email":"ann@example.com"}',
    );
    expect(granted.status).toBe(200);
    expect((await events?.read())?.value).toMatch(/^event: changed\nid: \S+\ndata:\n\n$/);
    await events?.cancel();
  });
});

it('the store has hashes of codes and logins only', async () => {
  const code = await makeCode();
  const key = cookieOf(await logIn({ code: await makeCode() })).split('=')[1] ?? '';
  const { storeFile } = app;
  const stored = ['', '-wal'].map((part) => readFileSync(storeFile + part, 'latin1')).join('');
  expect([stored.includes(code), stored.includes(key), key.length]).toEqual([false, false, 32]);
});
