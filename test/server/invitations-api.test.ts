// The owner's API for personal links. openapi.test.ts has a table of all routes, and who may call them.
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { CreatedInvitation, InvitationList } from '../../sw/protocol/invitation-api.ts';
import { cookieOf, enter, invite, JSON_TYPE, lookUp } from '../helpers/invite.ts';
import { makeSpan, NOW, OWNER_TOKEN, startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';

const DAY = 24 * 3_600_000;
const OWNER = { authorization: `Bearer ${OWNER_TOKEN}` };

let app: TestApp;
afterEach(() => app.close());

const make = (options: object, headers = {}): Promise<Answer> =>
  app.send('POST', '/api/invitations', { ...OWNER, ...JSON_TYPE, ...headers }, JSON.stringify(options));
const list = async (): Promise<InvitationList['invitations']> =>
  (JSON.parse((await app.send('GET', '/api/invitations', OWNER)).body) as InvitationList).invitations;
const created = ({ body }: Answer): CreatedInvitation => JSON.parse(body) as CreatedInvitation;

describe('an invitation', () => {
  it('is made by the owner, and its link is shown once', async () => {
    app = await startTestApp();
    const { link, ...made } = created(
      await make({ email: ' Ann@Example.com ', pages: '/confidential', expires: '2d' }),
    );
    expect(made).toEqual({
      id: expect.stringMatching(/^[\w-]{12}$/) as string,
      email: 'ann@example.com',
      pages: '/confidential/',
      created: new Date(NOW).toISOString(),
      expires: new Date(NOW + 2 * DAY).toISOString(),
      opened: null,
      sessions: 0,
      state: 'unopened',
    });
    expect(link).toMatch(new RegExp(`^${app.url}/access/invited#[\\w-]{32}$`));
    expect(await list()).toEqual([made]);
    const token = link.split('#')[1] ?? '';
    for (const file of [app.storeFile, `${app.storeFile}-wal`])
      expect((await readFile(file)).includes(token)).toBe(false);
    expect(app.logLines.join('\n')).not.toMatch(new RegExp(`${token}|ann@`, 'i'));
    expect(created(await make({ email: 'bea@example.com' })).expires).toBe(new Date(NOW + 30 * DAY).toISOString());
  });

  it('shows how far its reader has come', async () => {
    app = await startTestApp();
    const { link } = created(await make({ email: 'ann@example.com' }));
    const token = link.split('#')[1] ?? '';
    const state = async () => (await list()).map(({ state: is, opened, sessions }) => [is, opened !== null, sessions]);
    expect(await state()).toEqual([['unopened', false, 0]]);
    await lookUp(app, token);
    expect(await state()).toEqual([['opened', true, 0]]);
    await enter(app, { invitation: token });
    expect(await state()).toEqual([['used', true, 1]]);
    const [session] = await app.store.listSessions({ pageSize: 1 });
    app.clock.now = NOW + 60_000;
    await app.deliver([makeSpan({ session: session?.id ?? '', end: NOW + 5_000 })]);
    expect(await state()).toEqual([['read', true, 1]]);
  });

  it('opens nothing from the next request on when it is revoked', async () => {
    app = await startTestApp();
    const { id, link } = created(await make({ email: 'ann@example.com' }));
    const token = link.split('#')[1] ?? '';
    const cookie = cookieOf(await enter(app, { invitation: token }));
    expect((await app.send('GET', '/confidential/', { cookie })).status).toBe(200);
    expect((await app.send('DELETE', `/api/invitations/${id}`, OWNER)).status).toBe(200);
    expect((await app.send('GET', '/confidential/', { cookie })).status).toBe(303);
    expect((await lookUp(app, token)).status).toBe(403);
    expect(await list()).toEqual([]);
    const { status, body } = await app.send('DELETE', `/api/invitations/${id}`, OWNER);
    expect([status, body]).toEqual([404, expect.stringContaining('There is no invitation with this id')]);
  });

  it.for([
    [{}, 'email: must be an e-mail address'],
    [{ email: 'ann' }, 'email: must be an e-mail address'],
    [{ email: 'a@b.cd', pages: 'report' }, 'pages: must be a path like /report/, which begins with /'],
    [{ email: 'a@b.cd', pages: '/open/' }, 'pages: must be a path behind the gate, which protects /confidential/'],
    [{ email: 'a@b.cd', expires: '53w' }, 'expires: must lie in the future, and at most a year from now'],
  ] as const)('is not made with %j', async ([options, error]) => {
    app = await startTestApp();
    const { status, body } = await make(options);
    expect([status, JSON.parse(body)]).toEqual([400, { success: false, error }]);
  });

  it.for(['/confidential/plan/', '/'])('can be for pages below %s', async (pages) => {
    app = await startTestApp();
    expect((await make({ email: 'ann@example.com', pages })).status).toBe(200);
  });

  it('can be for any of several paths behind the gate, or for more, and the error names them', async () => {
    app = await startTestApp({ PROTECT: '/confidential/plan/,/report/' });
    for (const pages of ['/report/annex/', '/confidential/plan/', '/confidential/'])
      expect((await make({ email: 'ann@example.com', pages })).status, pages).toBe(200);
    const { body } = await make({ email: 'ann@example.com', pages: '/plan/' });
    expect(body).toContain('which protects /confidential/plan/, /report/');
  });

  it('is not made for a reader whose access the owner has taken', async () => {
    app = await startTestApp();
    await app.store.blockedReaders.block('ann@example.com', NOW);
    const { status, body } = await make({ email: 'ann@example.com' });
    expect([status, body]).toEqual([409, expect.stringContaining('You have taken the access of this reader')]);
    expect(await list()).toEqual([]);
  });

  it('is one of 2,000 at most', async () => {
    app = await startTestApp();
    for (let nth = 0; nth < 2_000; nth++) await invite(app.store, NOW, { id: `i${nth}` });
    expect((await make({ email: 'ann@example.com' })).status).toBe(409);
  });
});

describe('its link', () => {
  it.for([
    [{ BASE: '/work' }, '/work'],
    [{ BASE: '/work', PUBLIC_URL: 'https://site.example' }, 'https://site.example/work'],
    [{ PUBLIC_URL: 'https://site.example', OWNER_ORIGIN: 'https://owner.example' }, 'https://site.example'],
  ] as const)('is where readers see the site: %j', async ([environment, expected]) => {
    app = await startTestApp(environment);
    const headers = 'OWNER_ORIGIN' in environment ? { host: 'owner.example' } : {};
    const { link } = created(await make({ email: 'ann@example.com' }, headers));
    const place = expected.startsWith('/') ? app.url + expected : expected;
    expect(link.split('#')[0]).toBe(`${place}/access/invited`);
  });

  it("is not made where it would be on the owner's host", async () => {
    app = await startTestApp({ OWNER_ORIGIN: 'https://owner.example' });
    const { status, body } = await make({ email: 'ann@example.com' }, { host: 'owner.example' });
    expect([status, body]).toEqual([409, expect.stringContaining('Set PUBLIC_URL')]);
  });
});
