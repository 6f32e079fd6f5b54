// Which other sites may show the gated pages in a frame, and the cookies that this takes.
import { afterEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../server/config/config.ts';
import { startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';

const WIKI = 'https://wiki.example';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

let app: TestApp;

const enter = (): Promise<Answer> => app.send('POST', '/access', FORM, 'email=ann%40example.com&next=/confidential/');
const attributesOf = ({ headers }: Answer): readonly string[] =>
  (headers['set-cookie'] ?? []).map((cookie) => cookie.replace(/^[^;]*; /, '').replace(/Max-Age=\d+; /, ''));
const policyOf = async (path: string, cookie = ''): Promise<string> =>
  String((await app.send('GET', path, { cookie })).headers['content-security-policy']);

describe('with FRAME_ANCESTORS', () => {
  afterEach(() => app.close());

  it('pages and gate may be framed by these sites, and the owner by none', async () => {
    app = await startTestApp({
      FRAME_ANCESTORS: `${WIKI},https://crm.example:8443`,
      PUBLIC_URL: 'https://site.example',
    });
    const cookie = ((await enter()).headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; ');
    const allowed = "frame-ancestors 'self' https://wiki.example https://crm.example:8443";
    expect(await policyOf('/confidential/')).toBe(allowed);
    expect(await policyOf('/confidential/', cookie)).toBe(allowed);
    expect(await policyOf('/access')).toContain(`;${allowed}`);
    expect((await app.send('GET', '/access')).headers).not.toHaveProperty('x-frame-options');
    expect(await policyOf('/owner')).toContain(";frame-ancestors 'none'");
  });

  it('cookies are sent to frames over https, each site has its own, and ending the access deletes them', async () => {
    app = await startTestApp({ FRAME_ANCESTORS: WIKI, PUBLIC_URL: 'https://site.example' });
    const scope = 'Path=/; Secure; SameSite=None; Partitioned';
    expect(attributesOf(await enter())).toEqual([scope, `${scope}; HttpOnly`]);
    for (const one of attributesOf(await app.send('POST', '/api/end-access')))
      expect(one).toContain('; Secure; SameSite=None; Partitioned');
  });

  it('cookies over plain http stay as they are', async () => {
    app = await startTestApp({ FRAME_ANCESTORS: WIKI });
    expect(attributesOf(await enter())).toEqual(['Path=/; SameSite=Lax', 'Path=/; SameSite=Lax; HttpOnly']);
  });
});

it('without it, nothing changes', async () => {
  app = await startTestApp({ PUBLIC_URL: 'https://site.example' });
  expect(await policyOf('/confidential/')).toBe("frame-ancestors 'self'");
  expect(await policyOf('/access')).toContain(";frame-ancestors 'none'");
  expect(attributesOf(await enter())).toEqual([
    'Path=/; Secure; SameSite=Lax',
    'Path=/; Secure; SameSite=Lax; HttpOnly',
  ]);
  await app.close();
});

it.each(['http://wiki.example', 'wiki.example', `${WIKI}/path`, '*', 'https://*', "'self'", `${WIKI};script-src`])(
  '%s is refused at the start',
  (origin) => {
    expect(() => readConfig({ FRAME_ANCESTORS: origin })).toThrow(
      /FRAME_ANCESTORS: must be https origins like https:\/\/wiki\.example/,
    );
  },
);

it('a site on plain http is refused, and what is in the way is named', () => {
  expect(() => readConfig({ FRAME_ANCESTORS: WIKI, PUBLIC_URL: 'http://site.example' })).toThrow(
    /FRAME_ANCESTORS: needs https.*PUBLIC_URL is an http address/,
  );
});
