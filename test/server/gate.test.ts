// The gate: the form, who passes it, and the redirect.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';

const SUBMIT = '/api/verify-temp-access';
const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
const JSON_TYPE = { 'content-type': 'application/json' };

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp();
});
afterEach(() => app.close());

function submit(fields: Record<string, string>, headers: Record<string, string> = {}, to = app): Promise<Answer> {
  return to.send('POST', SUBMIT, { ...FORM, ...headers }, new URLSearchParams(fields).toString());
}

async function emails(): Promise<string[]> {
  return (await app.store.listSessions({ pageSize: 100 })).map(({ email }) => email);
}

describe('an address at the gate', () => {
  it('creates a session, sets both cookies, and redirects', async () => {
    const { status, headers } = await submit({ email: ' Ann@Example.COM ', next: '/confidential/plan.html?x=1#y' });
    expect([status, headers.location]).toEqual([303, '/confidential/plan.html?x=1#y']);
    const [session] = await app.store.listSessions({ pageSize: 9 });
    expect(session).toMatchObject({ email: 'ann@example.com', startMs: app.clock.now, endMs: null });
    expect(session?.id).toMatch(/^[0-9a-v]{36}$/);
    const [readable = '', access = ''] = headers['set-cookie'] ?? [];
    expect(readable).toBe(`session_record_id=${session?.id}; Path=/; Max-Age=86400; SameSite=Lax`);
    expect(access).toMatch(
      /^stillhere_access=[0-9a-v]{36}\.\d+\.[\w-]{43}; Path=\/; Max-Age=86400; SameSite=Lax; HttpOnly$/,
    );
  });

  it.for(['', 'ann', 'ann@', '@example.com', 'ann@example', 'a b@example.com', `${'x'.repeat(250)}@example.com`])(
    'that is none (%s): 400, the form again, with the reason and what was typed',
    async (email) => {
      const { status, headers, body } = await submit({ email, next: '/confidential/plan.html' });
      expect(status).toBe(400);
      expect(body).toContain('Please enter an e-mail address');
      expect(body).toContain(`value="${email}"`);
      expect(body).toContain('value="/confidential/plan.html"');
      expect(headers['set-cookie']).toBeUndefined();
      expect(await emails()).toEqual([]);
    },
  );

  it('is shown again as text, not as markup', async () => {
    const { body } = await submit({ email: `"><script>alert('x')</script>` });
    expect(body).not.toContain('<script>alert');
    expect(body).toContain('&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)');
  });

  it('gets a session of its own each time', async () => {
    for (let time = 0; time < 5; time++) await submit({ email: 'ann@example.com' });
    const sessions = await app.store.listSessions({ pageSize: 9 });
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(5);
  });

  it('gets a new session from the same form after the old access was revoked', async () => {
    const enter = async (): Promise<string> => {
      const { headers } = await submit({ email: 'ann@example.com', form: 'one-form' });
      return (headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
    };
    const first = await enter();
    expect(await enter()).toContain(first.split(';')[0]);
    await app.send('POST', '/api/end-access', { cookie: first });
    const [second, third] = await Promise.all([enter(), enter()]);
    expect(second?.split(';')[0]).toBe(third?.split(';')[0]);
    expect(second?.split(';')[0]).not.toBe(first.split(';')[0]);
    expect((await app.send('GET', '/confidential/', { cookie: second })).status).toBe(200);
  });

  it('may come as JSON, and is answered in JSON', async () => {
    const good = await app.send('POST', SUBMIT, JSON_TYPE, '{"email":"ann@example.com","next":"/confidential/"}');
    const session = good.headers['set-cookie']?.[0]?.match(/^session_record_id=([^;]+)/)?.[1];
    expect(session).toBeDefined();
    expect([good.status, JSON.parse(good.body)]).toEqual([200, { success: true, next: '/confidential/', session }]);
    expect(good.headers['set-cookie']).toHaveLength(2);
    const bad = await app.send('POST', SUBMIT, JSON_TYPE, '{"email":7}');
    expect([bad.status, JSON.parse(bad.body)]).toMatchObject([
      400,
      { success: false, error: expect.any(String) as unknown },
    ]);
  });

  it('may come as multipart form data', async () => {
    const form = new FormData();
    form.set('email', 'ann@example.com');
    const { status } = await fetch(app.url + SUBMIT, {
      method: 'POST',
      body: form,
      redirect: 'manual',
      headers: { accept: 'text/html' },
    });
    expect(status).toBe(303);
  });

  it.for([
    [{ 'content-type': 'application/json' }, '{"email":'],
    [{ 'content-type': 'application/json' }, '[]'],
    [{ 'content-type': 'application/json' }, '{"__proto__":{"email":"ann@example.com"}}'],
    [{ 'content-type': 'text/plain' }, 'email=ann@example.com'],
    [{ 'content-type': 'multipart/form-data' }, 'no boundary'],
    [{}, ''],
  ] as const)('that comes as rubbish (%o %s) gets a 4xx with a sentence', async ([headers, body]) => {
    const answer = await app.send('POST', SUBMIT, headers, body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatch(/\w+ \w+/);
    expect(await emails()).toEqual([]);
  });

  it('in a body that is too large gets 413', async () => {
    expect((await submit({ email: 'x'.repeat(20_000) })).status).toBe(413);
  });
});

describe('next', () => {
  it.for([
    '//elsewhere.example',
    '///elsewhere.example',
    '/\\elsewhere.example',
    '\\\\elsewhere.example',
    '/.//elsewhere.example',
    '/..//elsewhere.example',
    '/x/..//elsewhere.example',
    '/\t/elsewhere.example',
    '/\n/elsewhere.example',
    'https://elsewhere.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    'elsewhere',
    '',
    ' /confidential/',
    '/\\/x',
  ])('%j redirects to the home page instead', async (next) => {
    const { headers } = await submit({ email: 'ann@example.com', next });
    expect(headers.location).toBe('/confidential/');
    const form = await app.send('GET', `/access?next=${encodeURIComponent(next)}`);
    expect(form.body).toContain('name="next" value="/confidential/"');
  });

  it.for(['/', '/confidential/', '/a/b?c=d#e', '/%2F%2Felsewhere.example', '/a/../b', '/ä'])(
    '%j stays on this site',
    async (next) => {
      const { headers } = await submit({ email: 'ann@example.com', next });
      const url = new URL(headers.location ?? '', app.url);
      expect(url.origin).toBe(app.url);
      expect(headers.location).toBe(new URL(next, app.url).href.slice(app.url.length));
    },
  );
});

describe('who may pass', () => {
  it('depends on the list of addresses and domains', async () => {
    const strict = await startTestApp({ ALLOW: 'ann@example.com, @x, Example.org' });
    try {
      for (const email of ['ann@example.com', 'ANN@example.com', 'bob@example.org'])
        expect((await submit({ email }, {}, strict)).status).toBe(303);
      for (const email of ['bob@example.com', 'bob@sub.example.org', 'ann@example.com.evil.example']) {
        const { status, body } = await submit({ email }, {}, strict);
        expect(status).toBe(403);
        expect(body).toContain('not on the list');
      }
      expect(await strict.store.listSessions({ pageSize: 9 })).toHaveLength(3);
    } finally {
      await strict.close();
    }
  });

  it('is limited when too many requests come from one address', async () => {
    const statuses = [];
    for (let time = 0; time < 61; time++) statuses.push((await submit({ email: `ann${time}@example.com` })).status);
    expect(statuses).toEqual([...Array<number>(60).fill(303), 429]);
    const { headers, body } = await submit({ email: 'bob@example.com' });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(body).toContain('bob@example.com');
  });

  it.for<Record<string, string>>([{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://elsewhere.example' }])(
    'is not what another site sends (%o)',
    async (headers) => {
      expect((await submit({ email: 'ann@example.com' }, headers)).status).toBe(403);
      expect(await emails()).toEqual([]);
    },
  );

  it.for<Record<string, string>>([{ 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }])(
    'is what this site sends (%o)',
    async (headers) => {
      expect((await submit({ email: 'ann@example.com' }, { ...headers, origin: app.url })).status).toBe(303);
    },
  );
});

describe('behind https', () => {
  it.for<[Record<string, string>, Record<string, string>]>([
    [{ PUBLIC_URL: 'https://portfolio.example' }, { origin: 'https://portfolio.example' }],
    [
      { TRUST_PROXY: 'true' },
      { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'portfolio.example', origin: 'https://portfolio.example' },
    ],
  ])('the cookies are Secure (%o)', async ([environment, headers]) => {
    const secure = await startTestApp(environment);
    const answer = await submit({ email: 'ann@example.com' }, headers, secure);
    await secure.close();
    expect(answer.status).toBe(303);
    expect(answer.headers['set-cookie']?.every((cookie) => cookie.includes('; Secure'))).toBe(true);
  });

  it('an untrusted proxy is ignored', async () => {
    const answer = await submit({ email: 'ann@example.com' }, { 'x-forwarded-proto': 'https' });
    expect(answer.headers['set-cookie']?.some((cookie) => cookie.includes('Secure'))).toBe(false);
  });
});
