// Access: who keeps it, who loses it and when, and that signatures depend on the secret.
import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { openStore } from '../../server/store/open-store.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { NOW, SECRET, startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';

const apps: TestApp[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

async function start(...given: Parameters<typeof startTestApp>): Promise<TestApp> {
  const app = await startTestApp(...given);
  apps.push(app);
  return app;
}

async function pass(app: TestApp, email = 'ann@example.com'): Promise<string> {
  const json = { 'content-type': 'application/json' };
  const { headers } = await app.send('POST', '/api/verify-temp-access', json, JSON.stringify({ email }));
  return (headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
}

const read = (app: TestApp, cookie: string, path = '/confidential/'): Promise<Answer> =>
  app.send('GET', path, { cookie });

describe('a cookie', () => {
  it('gives no access on a server with another secret, or if signed with an empty secret', async () => {
    const [one, other] = [await start(), await start({}, undefined, `${SECRET}-of-another-server`)];
    // The same session exists on both: only the signatures differ.
    for (const app of [one, other]) await app.makeSession('ann');
    const granted = `ann.${NOW + 1_000_000}`;
    const signedWith = (secret: string): string =>
      `stillhere_access=${granted}.${createHmac('sha256', secret).update(granted).digest('base64url')}`;
    expect((await read(one, signedWith(SECRET))).status).toBe(200);
    expect((await read(other, signedWith(SECRET))).status).toBe(303);
    expect((await read(other, signedWith(`${SECRET}-of-another-server`))).status).toBe(200);
    for (const app of [one, other]) expect((await read(app, signedWith(''))).status).toBe(303);
  });

  it('gives no access without a session in the store, even with a valid signature', async () => {
    const app = await start();
    const granted = `nobody.${NOW + 1_000_000}`;
    const signature = createHmac('sha256', SECRET).update(granted).digest('base64url');
    expect((await read(app, `stillhere_access=${granted}.${signature}`)).status).toBe(303);
  });

  it('is sent with a link from another site, like the readable one: Lax', async () => {
    const app = await start();
    const json = { 'content-type': 'application/json' };
    const { headers } = await app.send('POST', '/api/verify-temp-access', json, '{"email":"ann@example.com"}');
    for (const line of headers['set-cookie'] ?? []) expect(line).toContain('; SameSite=Lax');
  });
});

describe('access', () => {
  it('ends when the address is removed from the list', async () => {
    let ofOther: SessionStore | undefined;
    const before = await start({ ALLOW: 'example.com' }, (store) => (ofOther = store));
    const cookie = await pass(before);
    expect((await read(before, cookie)).status).toBe(200);
    const after = await start({ ALLOW: 'example.org' }, () => ofOther as SessionStore);
    expect((await read(after, cookie)).status).toBe(303);
  });

  it('that another process has ended is gone with the next request', async () => {
    const app = await start();
    const cookie = await pass(app);
    expect((await read(app, cookie)).status).toBe(200);
    const other = await openStore(`file:${app.storeFile}`);
    await other.endAccess(cookie.match(/session_record_id=([^;]+)/)?.[1] ?? '', app.clock.now);
    await other.close();
    expect((await read(app, cookie)).status).toBe(303);
  });

  it('is refused temporarily while the store is unavailable', async () => {
    const app = await start({}, (store) =>
      Object.assign(store, { findAccess: () => Promise.reject(new Error('disk I/O error')) }),
    );
    const cookie = await pass(app);
    const { status, headers, body } = await read(app, cookie);
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    expect(body).not.toContain('Secret');
    expect((await app.send('GET', '/')).status).toBe(200);
    expect((await app.send('GET', '/access?next=/confidential/', { cookie })).body).toContain('name="email"');
  });
});

describe('at the gate', () => {
  it('a reader with access is redirected, even if an office program has followed the link before', async () => {
    const app = await start();
    const cookie = await pass(app);
    const { headers } = await app.send('HEAD', '/confidential/plan.html?x=1');
    const led = await app.send('GET', headers.location ?? '', { cookie });
    expect([led.status, led.headers.location]).toEqual([303, '/confidential/plan.html?x=1']);
    expect((await app.send('GET', headers.location ?? '')).body).toContain('name="email"');
  });

  it('one form makes one session, even if it is sent several times at once; another form or address makes another', async () => {
    const app = await start();
    const { body } = await app.send('GET', '/access');
    const [, form = ''] = body.match(/name="form" value="([^"]+)"/) ?? [];
    expect(form).toMatch(/^[\w-]{16}$/);
    const submit = (fields: Record<string, string>): Promise<Answer> =>
      app.send(
        'POST',
        '/access',
        { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
        new URLSearchParams(fields).toString(),
      );
    const email = 'ann@example.com';
    const answers = await Promise.all([1, 2, 3].map(() => submit({ email, form })));
    const cookies = answers.map(({ headers }) => headers['set-cookie']?.[0]);
    expect([answers.map(({ status }) => status), new Set(cookies).size]).toEqual([[303, 303, 303], 1]);
    expect(await app.store.listSessions({ pageSize: 9 })).toHaveLength(1);
    await submit({ email: 'bob@example.com', form });
    await submit({ email, form: `${form}x` });
    await submit({ email });
    expect(await app.store.listSessions({ pageSize: 9 })).toHaveLength(4);
  });

  it('a browser without cookies gets a message, and retrying makes no second session', async () => {
    const app = await start();
    const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html', 'accept-language': 'de' };
    let fields: Record<string, string> = { email: 'ann@example.com', next: '/confidential/', form: 'one' };
    for (let time = 0; time < 3; time++) {
      const sent = await app.send('POST', '/access', form, new URLSearchParams(fields).toString());
      expect(sent.status).toBe(303);
      const back = await app.send('GET', sent.headers.location ?? '', { 'accept-language': 'de' });
      expect(back.body).toMatch(/role="alert">[^<]*Cookie/);
      const value = (name: string): string => back.body.match(`name="${name}" value="([^"]+)"`)?.[1] ?? '';
      expect(value('next')).toBe('/confidential/');
      fields = { ...fields, form: value('form') };
    }
    expect(await app.store.listSessions({ pageSize: 9 })).toHaveLength(1);
  });

  it('no GET or HEAD makes a session or sets a cookie, whatever its query', async () => {
    const app = await start();
    for (const path of [
      '/access?email=ann@example.com',
      '/api/verify-temp-access?email=ann@example.com',
      '/confidential/',
    ])
      for (const method of ['GET', 'HEAD'])
        expect((await app.send(method, path)).headers['set-cookie']).toBeUndefined();
    expect(await app.store.listSessions({ pageSize: 9 })).toEqual([]);
  });

  it('the address of a refusal can be reloaded', async () => {
    const app = await start();
    const { status, headers } = await app.send('GET', '/api/verify-temp-access');
    expect([status, headers.location]).toEqual([303, '/access']);
  });

  it.for([
    ["maeve.o'brien@example.com", "maeve.o'brien@example.com"],
    ['a&b@example.com', 'a&b@example.com'],
    ['info@xn--mller-kva.example', 'info@xn--mller-kva.example'],
    ['info@Müller.example', 'info@xn--mller-kva.example'],
    ['user@xn--e1afmkfd.xn--p1ai', 'user@xn--e1afmkfd.xn--p1ai'],
  ])('accepts the address %s', async ([typed, stored]) => {
    const app = await start();
    await pass(app, typed);
    expect((await app.store.listSessions({ pageSize: 1 }))[0]?.email).toBe(stored);
  });

  it.for([
    'ann\u001b[2J@example.com',
    'ann\u202e@example.com',
    'ann@exam\u0000ple.com',
    'ann@exa\ud800mple.com',
    '<a@example.com>',
  ])('refuses the address %j', async (typed) => {
    const app = await start();
    const json = { 'content-type': 'application/json' };
    const { status } = await app.send('POST', '/api/verify-temp-access', json, JSON.stringify({ email: typed }));
    expect(status).toBe(400);
    expect(await app.store.listSessions({ pageSize: 9 })).toEqual([]);
  });
});
