// Where the owner's pages and API are: at a path of choice, and on a host of their own, away from the site's scripts.
import { afterEach, describe, expect, it } from 'vitest';
import type { CreatedShare } from '../../sw/protocol/owner-api.ts';
import { OWNER_TOKEN, startTestApp, type TestApp } from '../helpers/test-app.ts';

const OWNER = { authorization: `Bearer ${OWNER_TOKEN}` };
const JSON_TYPE = { 'content-type': 'application/json' };
const SITE = 'site.example';
const DESK = 'owner.example';
let app: TestApp;
afterEach(() => app.close());

async function shareLink(headers = {}): Promise<string> {
  const { body } = await app.send('POST', '/api/shares', { ...OWNER, ...JSON_TYPE, ...headers }, '{}');
  return (JSON.parse(body) as CreatedShare).link.replace(/#share=.*/, '');
}

it('at a path of choice, and not at the usual one', async () => {
  app = await startTestApp({ OWNER_PATH: '/desk/who' });
  for (const [path, status] of [
    ['/desk/who', 200],
    ['/desk/who/sessions/00q4', 200],
    ['/desk/whom', 404],
    ['/desk', 404],
    ['/owner', 404],
  ] as const) {
    const answer = await app.send('GET', path);
    expect([path, answer.status]).toEqual([path, status]);
    if (status === 200) expect(answer.body).toContain('<stillhere-owner path="/desk/who" base="">');
  }
  expect((await app.send('GET', '/api/sessions')).body).toContain('Log in at /desk/who');
  expect(await shareLink()).toBe(`${app.url}/desk/who`);
});

describe('on a host of their own', () => {
  const start = async (): Promise<void> => {
    app = await startTestApp({ OWNER_ORIGIN: `https://${DESK}`, PUBLIC_URL: `https://${SITE}` });
  };

  it.for([
    ['GET', '/owner'],
    ['GET', '/owner/days'],
    ['POST', '/api/owner/login'],
    ['GET', '/api/owner/login'],
    ['DELETE', '/api/owner/login'],
    ['GET', '/api/sessions'],
    ['GET', '/api/sessions.csv'],
    ['GET', '/api/sessions/x'],
    ['GET', '/api/readers'],
    ['GET', '/api/pages'],
    ['GET', '/api/days'],
    ['GET', '/api/live'],
    ['GET', '/api/shares'],
    ['POST', '/api/shares'],
    ['PUT', '/api/sessions/x/excluded'],
    ['GET', '/api/openapi.json'],
  ] as const)('%s %s answers 404 elsewhere, also with the token', async ([method, path]) => {
    await start();
    for (const host of [SITE, `${DESK}:8080`, `x.${DESK}`]) {
      const answer = await app.send(method, path, { ...OWNER, host });
      expect([host, answer.status]).toEqual([host, 404]);
    }
  });

  it('answer there, and to pages of this origin only', async () => {
    await start();
    expect((await app.send('GET', '/owner', { host: DESK })).status).toBe(200);
    // A link in a mail.
    expect((await app.send('GET', '/owner', { host: DESK, 'sec-fetch-site': 'cross-site' })).status).toBe(200);
    const logIn = (headers: Record<string, string>) =>
      app.send(
        'POST',
        '/api/owner/login',
        { ...JSON_TYPE, host: DESK, ...headers },
        JSON.stringify({ token: OWNER_TOKEN }),
      );
    for (const [headers, status] of [
      [{ origin: `https://${DESK}` }, 200],
      [{ origin: `https://${DESK}`, 'sec-fetch-site': 'same-origin' }, 200],
      [{ origin: `https://${SITE}` }, 403],
      [{ origin: `https://${SITE}`, 'sec-fetch-site': 'same-site' }, 403],
    ] as const) {
      expect((await logIn(headers)).status).toBe(status);
      expect((await app.send('GET', '/api/sessions', { ...OWNER, host: DESK, ...headers })).status).toBe(status);
    }
    const { headers } = await logIn({});
    expect(headers['set-cookie']).toEqual([expect.stringMatching(/; Secure$/)]);
    expect(await shareLink({ host: DESK })).toBe(`https://${DESK}/owner`);
  });

  it('leave the site where it is', async () => {
    await start();
    for (const host of [SITE, DESK]) {
      expect((await app.send('GET', '/', { host })).status).toBe(200);
      const body = JSON.stringify({ email: 'ann@example.com' });
      const headers = { ...JSON_TYPE, host, origin: `https://${host}` };
      expect((await app.send('POST', '/api/verify-temp-access', headers, body)).status).toBe(200);
    }
  });
});
