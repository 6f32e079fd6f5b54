// Customizing the gate: template, style, privacy page, contact; and what must never happen with these values.
import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { SHIPPED_TEXTS } from '../../server/gate/texts.ts';
import { writeOwnerFiles } from '../helpers/owner-files.ts';
import { startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';

const SUBMIT = '/api/verify-temp-access';
const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
const hash = (css: string): string => `'sha256-${createHash('sha256').update(css).digest('base64')}'`;
const stylesOf = (html: string): string[] =>
  [...html.matchAll(/<style[^>]*>(.*?)<\/style>/gs)].map(([, css = '']) => css);

let app: TestApp | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function show(files: Readonly<Record<string, unknown>>, values: Record<string, string> = {}): Promise<Answer> {
  app = await startTestApp({ ...(await writeOwnerFiles(files)), ...values });
  return app.send('GET', '/access?next=/confidential/plan.html');
}

describe('a template', () => {
  it('becomes the page, with form, language and texts in their places', async () => {
    const { headers, body } = await show({
      GATE_TEMPLATE: '<html lang={{lang}}><title>{{ title }}!</title><p>{{intro}}<main>{{form}}</main>',
    });
    const { title, intro } = SHIPPED_TEXTS['en'] ?? {};
    expect(body).toMatch(
      new RegExp(`^<html lang=en><title>${title}!</title><p>${intro}<main><form class="stillhere-form" `),
    );
    expect(body).toContain('<form class="stillhere-form" lang="en" dir="ltr" method="post"');
    expect(body).toContain('name="next" value="/confidential/plan.html"');
    expect(body).toMatch(
      /<script type="module" src="\/stillhere-gate\.js"><\/script>\s*<script type="module" src="\/stillhere\.js"><\/script>\s*<session-heartbeat deliver-only worker="none">/,
    );
    expect(headers).toMatchObject({ 'x-robots-tag': 'noindex', 'cache-control': 'no-store' });
  });

  it('can use styles, images and fonts of the site, and none of other origins', async () => {
    const { headers } = await show({ GATE_TEMPLATE: '{{form}}' });
    const policy = String(headers['content-security-policy']).split(';');
    const sources = Object.fromEntries(policy.map((line) => [line.split(' ')[0], line.split(' ').slice(1)]));
    expect(sources).toMatchObject({
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'"],
      'font-src': ["'self'"],
      'img-src': ["'self'", 'data:'],
    });
  });

  it('does not expand placeholders in texts and input', async () => {
    const nasty = "$& $' $1";
    await show(
      {
        GATE_TEMPLATE: '<p>{{title}}{{form}}',
        GATE_TEXTS: { en: { title: nasty, notOnListContact: `${nasty} {contact}` } },
      },
      { ALLOW: 'example.org', GATE_CONTACT: `{{form}} ${nasty}` },
    );
    const answer = await app?.send('POST', SUBMIT, FORM, `email=${encodeURIComponent('{{form}}$&@example.com')}`);
    expect(answer?.body).toContain('value="{{form}}$&amp;@example.com"');
    const refused = await app?.send('POST', SUBMIT, FORM, 'email=ann@example.com');
    expect(refused?.body).toContain('<p>$&amp; $&#39; $1<form');
    expect(refused?.body).toContain('>$&amp; $&#39; $1 {{form}} $&amp; $&#39; $1</p>');
    expect(refused?.body.match(/<form/g)).toHaveLength(1);
    expect(answer?.body.match(/<form/g)).toHaveLength(1);
  });

  it.for(['\n', '\r\n', '\r'])(
    'has its stylesheets named in the policy as browsers count them, line ends %j',
    async (end) => {
      const { headers, body } = await show({
        GATE_TEMPLATE: `<style>${end}p { color: #123 }</style>{{style}}<STYLE media="print">p {${end}}</STYLE>{{form}}`,
        GATE_STYLE: `:root {${end}--stillhere-accent: #246;${end}}`,
      });
      expect(body).not.toContain('\r');
      const inPage = stylesOf(body.replaceAll('STYLE', 'style'));
      expect(inPage).toHaveLength(3);
      expect(inPage[1]?.endsWith(':root {\n--stillhere-accent: #246;\n}')).toBe(true);
      for (const css of inPage) expect(headers['content-security-policy']).toContain(hash(css));
    },
  );
});

describe('a value in the page', () => {
  it('is text, never markup', async () => {
    const nasty = `<x y="z">'&`;
    const texts = Object.fromEntries(Object.keys(SHIPPED_TEXTS['en'] ?? {}).map((name) => [name, nasty]));
    await show(
      { GATE_TEXTS: { en: texts } },
      { PRIVACY_URL: '/p?a="b"&<x>', GATE_CONTACT: nasty, ALLOW: 'example.org' },
    );
    for (const email of [nasty, 'ann@example.com']) {
      const answer = await app?.send('POST', SUBMIT, FORM, new URLSearchParams({ email, next: '/"<x>' }).toString());
      expect(answer?.body.match(/&lt;x y=&quot;z&quot;&gt;&#39;&amp;/g)?.length).toBeGreaterThan(7);
      expect(answer?.body).not.toContain('<x');
      expect(answer?.body).not.toContain('y="z"');
    }
  });
});

describe('the notice', () => {
  it('links the privacy page, if there is one', async () => {
    expect((await show({}, { PRIVACY_URL: '/privacy/' })).body).toContain(
      ' <a href="/privacy/">Privacy notice</a></small>',
    );
    await app?.close();
    expect((await show({}, { PRIVACY_URL: 'https://example.com/p?a=1&b=2' })).body).toContain(
      ' <a href="https://example.com/p?a=1&amp;b=2">Privacy notice</a></small>',
    );
    await app?.close();
    expect((await show({})).body).toMatch(/<small>[^<]+<\/small>/);
  });

  it.for([
    ['en', 'Doe & Sons', 'Doe &amp; Sons sees the address you enter, '],
    ['en', '', 'The owner of these pages sees the address you enter, '],
    ['de', 'Doe & Sons', 'Doe &amp; Sons sieht die Adresse, die Sie eingeben, '],
    ['de', '', 'Die für diese Seiten verantwortliche Person sieht die Adresse, die Sie eingeben, '],
  ] as const)('says who sees what, in %s, OWNER_NAME=%j', async ([language, OWNER_NAME, beginning]) => {
    app = await startTestApp({ OWNER_NAME });
    const { body } = await app.send('GET', '/access', { 'accept-language': language });
    expect(body).toContain(`<small>${beginning}`);
    expect(body).toContain(`<p class="stillhere-owner">${OWNER_NAME && 'Doe &amp; Sons'}</p>`);
  });
});

describe('the way back', () => {
  const linkOf = ({ body }: Answer): string | undefined => body.match(/<a class="stillhere-back" href="([^"]*)">/)?.[1];

  it.for([
    ['/about/?x=1', '/about/?x=1'],
    // Without access, these lead to the gate again.
    ['/confidential/plan.html', '/'],
    ['/Confidential', '/'],
    ['/access?next=/', '/'],
  ] as const)('from %s is %s, also after a refusal', async ([from, to]) => {
    app = await startTestApp();
    const shown = await app.send('GET', '/access?next=/confidential/', { referer: app.url + from });
    expect(linkOf(shown)).toBe(to);
    const back = shown.body.match(/name="back" value="([^"]*)"/)?.[1] ?? '';
    const refused = await app.send(
      'POST',
      '/access',
      { ...FORM, referer: `${app.url}/access` },
      new URLSearchParams({ email: 'nobody', back }).toString(),
    );
    expect(refused.status).toBe(400);
    expect(linkOf(refused)).toBe(to);
  });

  it.for(['https://elsewhere.example/about/', 'nonsense', ''])('from elsewhere (%j) is home', async (referer) => {
    app = await startTestApp();
    expect(linkOf(await app.send('GET', '/access', { referer }))).toBe('/');
  });

  it.for(['//elsewhere.example', 'https://elsewhere.example/', 'javascript:alert(1)', '/confidential/'])(
    'never leads to %j, whatever the form is sent with',
    async (back) => {
      app = await startTestApp();
      const fields = new URLSearchParams({ email: 'nobody', back }).toString();
      expect(linkOf(await app.send('POST', '/access', FORM, fields))).toBe('/');
    },
  );

  it('is a path with the base, and is known behind a proxy by the public address', async () => {
    app = await startTestApp({ BASE: '/work', PUBLIC_URL: 'https://site.example' });
    const shown = await app.send('GET', '/access', { referer: 'https://site.example/work/about/' });
    expect(linkOf(shown)).toBe('/work/about/');
    expect(linkOf(await app.send('GET', '/access'))).toBe('/work/');
  });

  it('is not there where the whole site is behind the gate', async () => {
    app = await startTestApp({ PROTECT: '/' });
    expect(linkOf(await app.send('GET', '/access', { referer: `${app.url}/about/` }))).toBeUndefined();
  });
});

describe('trouble with the store', () => {
  it('shows the form again with the input and the next page, and is logged', async () => {
    app = await startTestApp({}, (store) => ({
      ...store,
      watch: (listener) => store.watch(listener),
      createSession: () => Promise.reject(new Error('disk is full')),
    }));
    const fields = new URLSearchParams({ email: 'Ann@example.com', next: '/confidential/plan.html' });
    const { status, headers, body } = await app.send('POST', SUBMIT, FORM, fields.toString());
    expect(status).toBe(500);
    expect(headers['set-cookie']).toBeUndefined();
    expect(body).toContain(SHIPPED_TEXTS['en']?.failed);
    expect(body).toContain('value="Ann@example.com"');
    expect(body).toContain('name="next" value="/confidential/plan.html"');
    expect(body).not.toContain('disk is full');
    const asJson = await app.send(
      'POST',
      SUBMIT,
      { 'content-type': 'application/json' },
      '{"email":"ann@example.com"}',
    );
    expect([asJson.status, JSON.parse(asJson.body)]).toEqual([
      500,
      { success: false, error: SHIPPED_TEXTS['en']?.failed },
    ]);
    expect(app.logLines.filter((line) => line.includes('disk is full'))).toHaveLength(2);
  });
});
