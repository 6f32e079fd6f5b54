// What changes where the site is reached by https: names of cookies that no neighbour can set, and browsers are told to use nothing else.
import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeOwnerKey } from '../../server/owner/owner-key.ts';
import { makeShare } from '../../server/owner/share.ts';
import { OWNER_TOKEN, SECRET, startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';

const HTTPS = { PUBLIC_URL: 'https://site.example' };
const JSON_TYPE = { 'content-type': 'application/json' };
const DAY = 86_400_000;

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp(HTTPS);
});
afterEach(() => app.close());

async function restart(environment: Record<string, string>): Promise<void> {
  await app.close();
  app = await startTestApp(environment);
}

const cookiesOf = ({ headers }: Answer): readonly string[] => headers['set-cookie'] ?? [];
const pairOf = (line = ''): string => line.split(';')[0] ?? '';
const post = (path: string, fields: object, headers = {}): Promise<Answer> =>
  app.send('POST', path, { ...JSON_TYPE, ...headers }, JSON.stringify(fields));
const enter = (): Promise<Answer> => post('/api/verify-temp-access', { email: 'ann@example.com' });
const read = async (cookie: string): Promise<number> =>
  (await app.send('GET', '/confidential/', { cookie, accept: 'text/html' })).status;
const list = async (cookie: string): Promise<number> => (await app.send('GET', '/api/sessions', { cookie })).status;

describe("a reader's access", () => {
  it('is a cookie that only this host can set, and nothing under the name without the prefix', async () => {
    const [session = '', access = ''] = cookiesOf(await enter());
    expect(session).toMatch(/^session_record_id=/);
    expect(access).toMatch(/^__Host-stillhere_access=\S+; Path=\/; Max-Age=\d+; Secure; SameSite=Lax; HttpOnly$/);
    expect(await read(pairOf(access))).toBe(200);
    expect(await read(pairOf(access).replace('__Host-', ''))).toBe(303);
  });

  it('of an earlier release goes on until it expires, and "Forget this device" ends it', async () => {
    await app.makeSession('ann-session');
    const granted = `ann-session.${app.clock.now + DAY}`;
    const cookie = `stillhere_access=${granted}.${createHmac('sha256', SECRET).update(granted).digest('base64url')}`;
    expect(await read(cookie)).toBe(200);
    const ended = await app.send('POST', '/api/end-access', { cookie });
    expect(cookiesOf(ended).map((line) => line.split('=')[0])).toEqual([
      'stillhere_forgotten',
      'session_record_id',
      '__Host-stillhere_access',
      'stillhere_access',
    ]);
    expect(await read(cookie)).toBe(303);
  });

  it('under a path has a name for https only, since other sites share the host', async () => {
    await restart({ ...HTTPS, BASE: '/work' });
    const access = cookiesOf(await post('/work/api/verify-temp-access', { email: 'ann@example.com' }))[1];
    expect(access).toMatch(/^__Secure-stillhere_access=\S+; Path=\/work; Max-Age=\d+; Secure; SameSite=Lax; HttpOnly$/);
    expect((await app.send('GET', '/work/confidential/', { cookie: pairOf(access) })).status).toBe(200);
  });

  it('over http has the plain name', async () => {
    await restart({});
    expect(cookiesOf(await enter())[1]).toMatch(/^stillhere_access=/);
  });
});

describe("an owner's login", () => {
  const ATTRIBUTES = 'HttpOnly; SameSite=Strict; Secure';

  it('is a cookie that only this host can set, and ends', async () => {
    const [login = ''] = cookiesOf(await post('/api/owner/login', { token: OWNER_TOKEN }));
    expect(login).toMatch(new RegExp(`^__Host-stillhere_owner=[\\w-]{32}; Max-Age=43200; Path=/; ${ATTRIBUTES}$`));
    const cookie = pairOf(login);
    expect(await list(cookie)).toBe(200);
    const ended = await app.send('DELETE', '/api/owner/login', { cookie });
    expect(cookiesOf(ended)).toEqual([`__Host-stillhere_owner=; Max-Age=0; Path=/; ${ATTRIBUTES}`]);
    expect(await list(cookie)).toBe(401);
  });

  it('of an earlier release goes on until it expires, and ends as well', async () => {
    const cookie = `stillhere_owner=${await makeOwnerKey(app.store.ownerKeys, 'login', app.clock.now)}`;
    expect(await list(cookie)).toBe(200);
    expect(cookiesOf(await app.send('DELETE', '/api/owner/login', { cookie }))).toEqual([
      `__Host-stillhere_owner=; Max-Age=0; Path=/; ${ATTRIBUTES}`,
      'stillhere_owner=; Max-Age=0; Path=/api; HttpOnly; SameSite=Strict',
    ]);
    expect(await list(cookie)).toBe(401);
  });

  it('under a path is for the API below it', async () => {
    await restart({ ...HTTPS, BASE: '/work' });
    const [login] = cookiesOf(await post('/work/api/owner/login', { token: OWNER_TOKEN }));
    expect(login).toMatch(
      /^__Secure-stillhere_owner=\S+; Max-Age=43200; Path=\/work\/api; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect((await app.send('GET', '/work/api/sessions', { cookie: pairOf(login) })).status).toBe(200);
  });

  it('by a shared link has such a cookie, too', async () => {
    const options = { pages: null, label: null, untilMs: app.clock.now + DAY };
    const { link } = await makeShare(app.store.shares, options, 'https://site.example/owner', app.clock.now);
    const token = /[\w-]{32}$/.exec(link)?.[0] ?? '';
    const [share = ''] = cookiesOf(await post('/api/owner/login', { share: token }));
    expect(share).toMatch(new RegExp(`^__Host-stillhere_share=${token}; Max-Age=86400; Path=/; ${ATTRIBUTES}$`));
    for (const cookie of [pairOf(share), `stillhere_share=${token}`]) expect(await list(cookie)).toBe(200);
  });
});

describe('browsers', () => {
  const policyOf = async (path: string): Promise<unknown> =>
    (await app.send('GET', path)).headers['strict-transport-security'];
  const PATHS = ['/', '/confidential/', '/access', '/stillhere.js', '/api/sessions', '/nothing', '/%'];

  it('are told to come by https only, by each answer', async () => {
    for (const path of PATHS) expect([path, await policyOf(path)]).toEqual([path, 'max-age=31536000']);
  });

  it.for<[Record<string, string>]>([[{}], [{ PUBLIC_URL: 'http://site.example' }], [{ ...HTTPS, BASE: '/work' }]])(
    'are not told so with %o',
    async ([environment]) => {
      await restart(environment);
      for (const path of [...PATHS, '/work/']) expect([path, await policyOf(path)]).toEqual([path, undefined]);
    },
  );
});
