// The signed cookie: what is granted, what is read again, and what is not taken for it.
import { createHmac } from 'node:crypto';
import type { Context } from 'koa';
import { describe, expect, it } from 'vitest';
import { accessCookies, type AccessCookies } from '../../../../server/gate/access-cookie.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const HOUR = 3_600_000;
const HTTP = { isHttps: false, base: '' };
const HTTPS = { isHttps: true, base: '' };
const PREFIXED = '__Host-stillhere_access';

interface FakeContext {
  readonly ctx: Context;
  readonly set: string[];
}

/** @param held cookies by name, or the text of `stillhere_access`. */
function context(held: Readonly<Record<string, string>> | string = {}, isSecure = false): FakeContext {
  const set: string[] = [];
  const append = (name: string, lines: string[]): unknown => (expect(name).toBe('Set-Cookie'), set.push(...lines));
  const cookies = typeof held === 'string' ? { stillhere_access: held } : held;
  const get = (name: string): string | undefined => (cookies as Record<string, string>)[name];
  return { ctx: { append, secure: isSecure, cookies: { get } } as unknown as Context, set };
}

function grant(cookies: AccessCookies, isSecure = false): string[] {
  const { ctx, set } = context(undefined, isSecure);
  cookies.grant(ctx, 'ann-session', NOW);
  return set;
}

const valueOf = (line = ''): string => line.slice(line.indexOf('=') + 1).split(';')[0] ?? '';
const sign = (granted: string, secret = 'secret'): string =>
  `${granted}.${createHmac('sha256', secret).update(granted).digest('base64url')}`;
const read = (cookie: string | undefined, nowMs = NOW): unknown =>
  accessCookies('secret', HOUR, HTTP).read(context(cookie).ctx, nowMs);

describe('a grant', () => {
  it('is two cookies, for whole seconds: one that names the session, one that scripts cannot read', () => {
    const until = NOW + 1_500;
    expect(grant(accessCookies('secret', 1_500, HTTP))).toEqual([
      'session_record_id=ann-session; Path=/; Max-Age=1; SameSite=Lax',
      `stillhere_access=${sign(`ann-session.${until}`)}; Path=/; Max-Age=1; SameSite=Lax; HttpOnly`,
    ]);
  });

  it.for([
    [true, false, true],
    [false, true, true],
    [true, true, true],
    [false, false, false],
  ] as const)('where the site has https: %s, the request: %s, is Secure: %s', ([isHttps, isSecure, expected]) => {
    for (const line of grant(accessCookies('secret', HOUR, { isHttps, base: '' }), isSecure))
      expect(line.includes('; Secure; SameSite=Lax')).toBe(expected);
  });

  it('is read again until its time is over', () => {
    const cookie = valueOf(grant(accessCookies('secret', HOUR, HTTP))[1]);
    const granted = { sessionId: 'ann-session', untilMs: NOW + HOUR };
    expect(read(cookie)).toEqual(granted);
    expect(read(cookie, NOW + HOUR - 1)).toEqual(granted);
    expect(read(cookie, NOW + HOUR)).toBeUndefined();
  });

  it('that was read once is read again, until its time is over', () => {
    const cookies = accessCookies('secret', HOUR, HTTP);
    const { ctx } = context(sign(`ann-session.${NOW + HOUR}`));
    for (let time = 0; time < 2; time++) expect(cookies.read(ctx, NOW)).toMatchObject({ sessionId: 'ann-session' });
    expect(cookies.read(ctx, NOW + HOUR)).toBeUndefined();
  });

  it('over https has a name that no neighbour can set, and its text opens nothing under another', () => {
    for (const [place, isSecure, name] of [
      [HTTPS, false, PREFIXED],
      [HTTP, true, PREFIXED],
      [{ isHttps: true, base: '/work' }, false, '__Secure-stillhere_access'],
    ] as const) {
      const cookies = accessCookies('secret', HOUR, place);
      const line = grant(cookies, isSecure)[1] ?? '';
      expect(line.slice(0, line.indexOf('='))).toBe(name);
      const text = valueOf(line);
      for (const [held, found] of [
        [{ [name]: text }, { sessionId: 'ann-session', untilMs: NOW + HOUR }],
        [{ stillhere_access: text }, undefined],
        [{ '__Host-other': text }, undefined],
      ] as const)
        expect(cookies.read(context(held, isSecure).ctx, NOW)).toEqual(found);
    }
  });

  it('of an earlier release, without the prefix, still opens, but comes after one with it', () => {
    const cookies = accessCookies('secret', HOUR, HTTPS);
    const earlier = sign(`earlier-session.${NOW + HOUR}`);
    const now = valueOf(grant(cookies)[1]);
    const sessionOf = (held: Record<string, string>): unknown => cookies.read(context(held).ctx, NOW)?.sessionId;
    expect(sessionOf({ stillhere_access: earlier })).toBe('earlier-session');
    expect(sessionOf({ stillhere_access: earlier, [PREFIXED]: now })).toBe('ann-session');
    expect(sessionOf({ stillhere_access: earlier, [PREFIXED]: earlier })).toBe('earlier-session');
  });

  it('cannot be read where there is another secret, or none', () => {
    const granted = `ann-session.${NOW + HOUR}`;
    expect(read(sign(granted))).toBeDefined();
    for (const secret of ['', 'secre', 'secret2']) expect(read(sign(granted, secret))).toBeUndefined();
  });

  it.for<[string, string | undefined]>([
    ['none', undefined],
    ['an empty one', ''],
    ['dots', '...'],
    ['an empty one that is signed', sign('')],
    ['one without an end', sign('ann-session')],
    ['one with an end that is no number', sign('ann-session.x')],
    ['one with an odd session', sign(`ann session.${NOW + HOUR}`)],
    ['something before it', `x ${sign(`ann-session.${NOW + HOUR}`)}`],
    ['something after it', `${sign(`ann-session.${NOW + HOUR}`)} x`],
    ['no signature', `ann-session.${NOW + HOUR}.`],
  ])('is not found in %s', ([, cookie]) => {
    expect(read(cookie)).toBeUndefined();
  });
});

it('without measuring, pages are told no session, and lose the one that they had', () => {
  const { ctx, set } = context();
  accessCookies('secret', HOUR, HTTP).grant(ctx, 'ann-session', NOW, false);
  expect(set).toEqual([
    'session_record_id=; Path=/; Max-Age=0',
    `stillhere_access=${sign(`ann-session.${NOW + HOUR}`)}; Path=/; Max-Age=3600; SameSite=Lax; HttpOnly`,
  ]);
});

it('the end of access deletes both, and says when to pages that are open', () => {
  const { ctx, set } = context();
  accessCookies('secret', HOUR, HTTP).end(ctx, NOW);
  expect(set).toEqual([
    `stillhere_forgotten=${NOW}; Path=/; SameSite=Lax`,
    'session_record_id=; Path=/; Max-Age=0',
    'stillhere_access=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax',
  ]);
});

it('the end of access over https deletes the cookie of an earlier release, too', () => {
  const endWith = (held: Record<string, string>): readonly string[] => {
    const { ctx, set } = context(held);
    accessCookies('secret', HOUR, HTTPS).end(ctx, NOW);
    return set.slice(2);
  };
  const deletion = '=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax';
  expect(endWith({})).toEqual([PREFIXED + deletion]);
  expect(endWith({ stillhere_access: 'x' })).toEqual([PREFIXED + deletion, `stillhere_access${deletion}`]);
});

describe('where other sites may show the pages in a frame', () => {
  const framed = (isHttps: boolean): AccessCookies => accessCookies('secret', HOUR, { isHttps, base: '' }, true);
  const SCOPE = '; Secure; SameSite=None; Partitioned';

  it('both cookies go to frames over https, and each of these sites has its own', () => {
    for (const [cookies, isSecure] of [
      [framed(true), false],
      [framed(false), true],
    ] as const)
      for (const line of grant(cookies, isSecure)) expect(line).toContain(`; Path=/; Max-Age=3600${SCOPE}`);
  });

  it('they are as everywhere over plain http', () => {
    for (const line of grant(framed(false))) expect(line).toMatch(/; Max-Age=3600; SameSite=Lax(?:; HttpOnly)?$/);
  });

  it.for([
    [true, SCOPE, PREFIXED],
    [false, '; SameSite=Lax', 'stillhere_access'],
  ] as const)('the end of access replaces the same cookies, with https: %s', ([isHttps, scope, name]) => {
    const { ctx, set } = context();
    framed(isHttps).end(ctx, NOW);
    expect(set).toEqual([
      `stillhere_forgotten=${NOW}; Path=/${scope}`,
      `session_record_id=; Path=/; Max-Age=0${scope}`,
      `${name}=; Path=/; Max-Age=0; HttpOnly${scope}`,
    ]);
  });
});
