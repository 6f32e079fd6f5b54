// Personal links at the gate: who gets in by one, and what makes a session. What is refused: invitation-refusals.test.ts and
// gate-invited.test.ts. The browser's part: test/browser/invitation.test.ts.
import { afterEach, describe, expect, it } from 'vitest';
import { cookieOf, enter, enterByJson, FORM, invite, lookUp } from '../helpers/invite.ts';
import { NOW, startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';

let app: TestApp;
afterEach(() => app.close());

const sessions = () => app.store.listSessions({ pageSize: 100 });
const input = (name: string, { body }: Answer): string | undefined =>
  new RegExp(`name="${name}"[^>]* value="([^"]*)"`).exec(body)?.[1];

describe('a personal link', () => {
  it('tells whose it is, and is opened, without making a session', async () => {
    app = await startTestApp();
    const token = await invite(app.store, NOW);
    const { status, headers, body } = await lookUp(app, token);
    expect([status, JSON.parse(body)]).toEqual([200, { success: true, email: 'ann@example.com' }]);
    expect([headers['cache-control'], headers['set-cookie']]).toEqual(['no-store', undefined]);
    expect(await app.store.invitations.list()).toMatchObject([{ openedMs: NOW, sessions: 0 }]);
    expect(await sessions()).toEqual([]);
  });

  it('shows the form to every GET and HEAD, which open nothing and make no session', async () => {
    app = await startTestApp();
    const token = await invite(app.store, NOW);
    const cookie = cookieOf(await enter(app, { invitation: token }));
    const before = await sessions();
    for (const headers of [{}, { cookie }])
      for (const method of ['GET', 'HEAD'])
        for (const path of ['/access/invited', `/access/invited?invitation=${token}`]) {
          const answer = await app.send(method, path, headers);
          expect([answer.status, answer.headers.location, answer.headers['set-cookie']]).toEqual([
            200,
            undefined,
            undefined,
          ]);
          if (method === 'GET') expect(input('invitation', answer)).toBe('');
        }
    expect((await app.send('GET', '/access/invitation')).status).toBe(405);
    expect(await sessions()).toEqual(before);
    expect(await app.store.invitations.list()).toMatchObject([{ openedMs: null }]);
  });

  it.for([
    ['/confidential/pictures/', '/confidential/pictures/plan.svg', '/confidential/plan.html'],
    [null, '/confidential/plan.html', undefined],
  ] as const)('for %s lets its reader in there, and nowhere else', async ([pages, open, closed]) => {
    app = await startTestApp();
    const token = await invite(app.store, NOW, { pages });
    const answer = await enter(app, { invitation: token, form: 'form-1', email: 'other@example.com' });
    const next = encodeURIComponent(pages ?? '/confidential/');
    expect([answer.status, answer.headers.location]).toEqual([303, `/access?next=${next}&entered=form-1`]);
    const cookie = cookieOf(answer);
    const led = await app.send('GET', answer.headers.location ?? '', { cookie });
    expect([led.status, led.headers.location]).toEqual([303, pages ?? '/confidential/']);
    expect((await app.send('GET', open, { cookie })).status).toBe(200);
    if (closed) expect((await app.send('GET', closed, { cookie })).status).toBe(303);
    expect(await sessions()).toMatchObject([
      { email: 'ann@example.com', identity: 'invited', invitationId: 'to-ann', accessPages: pages },
    ]);
  });

  it('answers JSON with JSON', async () => {
    app = await startTestApp();
    const answer = await enterByJson(app, { invitation: await invite(app.store, NOW) });
    const [{ id } = { id: '' }] = await sessions();
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      200,
      { success: true, next: '/confidential/', session: id },
    ]);
    const refused = await enterByJson(app, { invitation: 'unknown' });
    expect([refused.status, JSON.parse(refused.body)]).toEqual([
      403,
      { success: false, error: expect.stringMatching(/^This link does not work any more/) as string },
    ]);
  });

  it('makes one session in a browser that still has access, and one for each other browser', async () => {
    app = await startTestApp();
    const token = await invite(app.store, NOW);
    const cookie = cookieOf(await enter(app, { invitation: token, form: 'form-1' }));
    // A double click, before the browser has the cookie.
    await enter(app, { invitation: token, form: 'form-1' });
    const again = await enter(app, { invitation: token, form: 'form-2' }, { cookie });
    expect([again.status, again.headers['set-cookie']]).toEqual([303, undefined]);
    expect(await sessions()).toHaveLength(1);
    await enter(app, { invitation: token, form: 'form-3' });
    const typed = cookieOf(await app.send('POST', '/access', FORM, 'email=ann@example.com'));
    await enter(app, { invitation: token, form: 'form-4' }, { cookie: typed });
    const made = (await sessions()).map(({ identity }) => identity);
    expect(made.toSorted()).toEqual(['invited', 'invited', 'invited', 'typed']);
  });

  it('leaves its reader the choice not to be measured', async () => {
    app = await startTestApp({ OPT_OUT: 'true' });
    const token = await invite(app.store, NOW);
    const form = await app.send('GET', '/access/invited', { 'sec-gpc': '1' });
    expect(form.body).toContain('name="unmeasured" value="1" checked');
    const cookie = cookieOf(await enter(app, { invitation: token, choice: '1' }));
    for (const choice of [{ unmeasured: '1' }, {}])
      await enter(app, { invitation: token, choice: '1', ...choice }, { cookie });
    const made = (await sessions()).map(({ isMeasured, identity }) => `${identity}, ${isMeasured}`);
    expect(made.toSorted()).toEqual(['invited, false', 'invited, true']);
  });

  it('lets in readers who are not in ALLOW, and typed addresses only if they are', async () => {
    app = await startTestApp({ ALLOW: 'example.org' });
    const token = await invite(app.store, NOW);
    const cookie = cookieOf(await enter(app, { invitation: token }));
    expect((await app.send('GET', '/confidential/', { cookie })).status).toBe(200);
    expect((await enter(app, { email: 'ann@example.com' })).status).toBe(403);
    expect((await enter(app, { email: 'bob@example.org' })).status).toBe(303);
  });

  it('leads without scripts to no page with the token in its address', async () => {
    app = await startTestApp();
    const form = await app.send('GET', '/access/invited');
    expect(form.body).toMatch(/<noscript><p>Your personal link needs JavaScript\./);
    const { headers } = await enter(app, { email: 'ann@example.com', invitation: '', form: 'form-1' });
    expect(headers.location).toBe('/access?next=%2Fconfidential%2F&entered=form-1#');
  });

  it('keeps the token in a form that is shown again for another reason, and out of the log', async () => {
    app = await startTestApp({ LIMIT_GATE: '1' }, (store) =>
      Object.assign(store, { createSession: () => Promise.reject(new Error('disk I/O error')) }),
    );
    const token = await invite(app.store, NOW);
    for (const status of [500, 429]) {
      const answer = await enter(app, { invitation: token, email: 'ann@example.com' });
      expect([answer.status, input('invitation', answer), input('email', answer)]).toEqual([
        status,
        token,
        'ann@example.com',
      ]);
      expect(answer.body).toMatch(/value="ann@example\.com"[^>]* readonly>/);
      expect(answer.body).toMatch(/<small>The owner of these pages sees the address that your invitation is for,/);
    }
    expect(app.logLines.join('\n')).not.toMatch(new RegExp(`${token}|ann@`));
  });

  it('counts towards the limit of the gate', async () => {
    app = await startTestApp({ LIMIT_GATE: '2' });
    const token = await invite(app.store, NOW);
    const statuses = [
      await lookUp(app, token),
      await lookUp(app, 'unknown'),
      await lookUp(app, token),
      await enter(app, { email: 'a@b.cd' }),
    ];
    expect(statuses.map(({ status }) => status)).toEqual([200, 403, 429, 429]);
    expect(Number(statuses[2]?.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('is not looked up or sent by pages of other sites', async () => {
    app = await startTestApp({ CORS_ORIGINS: 'https://site.example' });
    const token = await invite(app.store, NOW);
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect([
      (await lookUp(app, token, foreign)).status,
      (await enter(app, { invitation: token }, foreign)).status,
    ]).toEqual([403, 403]);
    const { headers } = await lookUp(app, token, { origin: 'https://site.example' });
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(await sessions()).toEqual([]);
  });
});
