// The gate's routes: what they answer, what they make and what they log, with a store and cookies that a test answers for. With the
// whole application: test/server/gate.test.ts and test/server/access.test.ts.
import { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ReaderAccess } from '../../../../server/gate/access-check.ts';
import type { AccessCookies } from '../../../../server/gate/access-cookie.ts';
import { addGateRoutes, type Gate } from '../../../../server/gate/gate.ts';
import { DEFAULT_THEME, type GateTheme } from '../../../../server/gate/theme.ts';
import { errorHandler } from '../../../../server/http/error-handler.ts';
import { STORE_UNAVAILABLE } from '../../../../server/store/store-error.ts';
import type { BlockedReaders } from '../../../../server/store/blocked-readers.ts';
import { startKoa } from '../../../helpers/start-koa.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const [{ texts }] = DEFAULT_THEME.languages;
const BLOCKED = 'blocked@example.com';
const HTML = 'text/html,application/xhtml+xml,*/*;q=0.8';

let sessions: Parameters<Gate['store']['createSession']>[0][];
let granted: [string, number, boolean][];
let limited: string[];
let logged: string[];
let createSession: () => Promise<void>;
let find: () => Promise<ReaderAccess | undefined>;
let holds: (sessionId: string) => Promise<boolean>;
let waitSeconds: number;
let look: GateTheme;
let refusals: number;
let ended: number;
let url: string;
beforeEach(async () => {
  [sessions, granted, limited, logged] = [[], [], [], []];
  createSession = async () => {};
  find = async () => undefined;
  holds = async () => true;
  waitSeconds = 0;
  [refusals, ended] = [0, 0];
  look = { ...DEFAULT_THEME };
  const log = pino({ level: 'trace' }, { write: (line) => logged.push(line) });
  const gate: Gate = {
    store: {
      createSession: (session) => (sessions.push(session), createSession()),
      blockedReaders: { has: async (email: string) => email === BLOCKED } as unknown as BlockedReaders,
      deleteSessions: async () => 0,
      invitations: {} as Gate['store']['invitations'],
    },
    cookies: {
      grant: (_ctx: Context, id: string, nowMs: number, isMeasured: boolean) => granted.push([id, nowMs, isMeasured]),
    } as unknown as AccessCookies,
    access: {
      find: () => find(),
      holds: (id: string) => holds(id),
      end: async () => void ended++,
    },
    admission: { mode: 'open', allow: ['example.com'] },
    look,
    log,
    limit: async (key) => (limited.push(key), waitSeconds),
    countRefusal: () => void refusals++,
    protect: ['/home/'],
    now: () => NOW,
  };
  const router = new Router();
  addGateRoutes(router, gate);
  url = await startKoa(errorHandler(log), router.routes() as Middleware);
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url + path, { redirect: 'manual', ...init });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

const submit = (fields: Record<string, string>, accept = HTML): Promise<Answer> =>
  ask('/access', { method: 'POST', headers: { accept }, body: new URLSearchParams(fields) });

const input = (name: string, { body }: Answer): string | undefined =>
  body.match(new RegExp(`name="${name}"[^>]* value="([^"]*)"`))?.[1];
const reason = ({ body }: Answer): string | undefined => body.match(/role="alert">([^<]*)</)?.[1];
const entered = ({ headers }: Answer): string | null =>
  new URL(headers.get('location') ?? '', url).searchParams.get('entered');
const log = (): unknown[] => logged.map((line) => JSON.parse(line) as unknown);
const NEW_FORM = /^[\w-]{16}$/;

describe('the form', () => {
  it('is kept by nobody: no cache, no search engine, no device for reading offline', async () => {
    const { status, headers } = await ask('/access');
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex',
      'stillhere-access': 'none',
      'content-language': 'en',
      vary: 'Accept-Language',
    });
  });

  it('is HTML, whatever the template begins with', async () => {
    Object.assign(look, { template: 'Welcome {{form}}' });
    expect((await ask('/access')).headers.get('content-type')).toBe('text/html; charset=utf-8');
  });

  it('has an id of its own each time, and no reason', async () => {
    const [one, other] = [await ask('/access'), await ask('/access')];
    for (const answer of [one, other])
      expect([input('form', answer), reason(answer)]).toEqual([expect.stringMatching(NEW_FORM), undefined]);
    expect(input('form', one)).not.toBe(input('form', other));
  });

  it('announces no code, offers no choice and asks for no link where the gate has none of these', async () => {
    const refused = await submit({ email: 'ann' });
    for (const answer of [await ask('/access'), refused]) {
      expect(answer.body).not.toContain(texts.codeAnnounced);
      expect(answer.body).not.toContain('name="unmeasured"');
      expect(answer.body).toContain(texts.intro);
    }
  });

  it('leads back to the page with the link that led here, unless that is behind the gate or the gate itself', async () => {
    const backFrom = async (path: string): Promise<string | undefined> =>
      (await ask('/access', { headers: { referer: url + path } })).body.match(/stillhere-back" href="([^"]*)"/)?.[1];
    expect(await backFrom('/about')).toBe('/about');
    for (const path of ['/home/a', '/access?next=/a']) expect(await backFrom(path)).toBe('/');
  });

  it.for([
    ['/access?next=/a', '/a'],
    ['/access', '/home/'],
    ['/access?next=//elsewhere.example', '/home/'],
    ['/access?next=/a&next=/b', '/home/'],
  ] as const)('at %s leads to %s', async ([path, next]) => {
    expect(input('next', await ask(path))).toBe(next);
    find = async () => ({ untilMs: NOW + 1, pages: null, sessionId: 'ann', invitationId: null });
    const { status, headers } = await ask(path);
    expect([status, headers.get('location'), headers.get('cache-control')]).toEqual([303, next, 'no-store']);
  });

  it.for([
    ['one', true],
    ['x'.repeat(64), true],
    ['x'.repeat(65), false],
    ['', false],
    ['a b', false],
    ['one&entered=two', false],
  ] as const)(
    'that a reader without a cookie comes back to says so, if it was sent (%s): %s',
    async ([id, isKnown]) => {
      const answer = await ask(`/access?entered=${id}`);
      expect(reason(answer)).toBe(isKnown ? texts.noCookies : undefined);
      if (isKnown) expect(input('form', answer)).toBe(id);
      else expect(input('form', answer)).toMatch(NEW_FORM);
    },
  );

  it('is shown to a reader whose link opens other pages only', async () => {
    find = async () => ({ untilMs: NOW + 1, pages: '/a/', sessionId: 'ann', invitationId: 'to-ann' });
    expect((await ask('/access?next=/a/b')).status).toBe(303);
    expect((await ask('/access?next=/b/')).status).toBe(200);
  });

  it('is shown where the access can not be checked, and the log says why', async () => {
    find = () => Promise.reject(new Error('disk is gone'));
    expect((await ask('/access')).status).toBe(200);
    expect(log()).toMatchObject([{ level: 50, msg: 'access could not be checked', err: { message: 'disk is gone' } }]);
  });
});

describe('an address', () => {
  it('makes a session with an id of its time and 128 bits, of now, and leads back to the gate with its form', async () => {
    const { status, headers } = await submit({ email: 'ann@example.com', next: '/a?b=c', form: 'one' });
    expect([status, headers.get('location')]).toEqual([303, '/access?next=%2Fa%3Fb%3Dc&entered=one']);
    const id = sessions[0]?.id ?? '';
    expect(id).toMatch(/^[0-9a-v]{36}$/);
    expect(sessions).toEqual([{ id, email: 'ann@example.com', startMs: NOW, isMeasured: true }]);
    expect(granted).toEqual([[id, NOW, true]]);
    expect(limited).toEqual(['127.0.0.1']);
    expect(logged).toEqual([]);
  });

  it('leads back with a new form, if it came without one, or with an odd one', async () => {
    for (const form of [{}, { form: 'x'.repeat(65) }])
      expect(entered(await submit({ email: 'ann@example.com', ...form }))).toMatch(NEW_FORM);
  });

  it.for<[string, string, boolean]>([
    ['application/x-www-form-urlencoded', HTML, false],
    ['application/x-www-form-urlencoded', '*/*', false],
    ['application/x-www-form-urlencoded', 'application/json', true],
    ['application/x-www-form-urlencoded', 'image/png', false],
    ['application/json', '*/*', true],
    ['application/json', HTML, true],
  ])('as %s for %s is answered in JSON: %s', async ([type, accept, isJson]) => {
    const body = (email: string): string =>
      type === 'application/json' ? JSON.stringify({ email }) : new URLSearchParams({ email }).toString();
    const post = (email: string): Promise<Answer> =>
      ask('/api/verify-temp-access', { method: 'POST', headers: { 'content-type': type, accept }, body: body(email) });
    const good = await post('ann@example.com');
    if (isJson)
      expect([good.status, JSON.parse(good.body)]).toEqual([
        200,
        { success: true, next: '/home/', session: sessions[0]?.id },
      ]);
    else expect([good.status, good.headers.get('location')]).toEqual([303, '/home/']);
    const bad = await post('ann');
    expect(bad.status).toBe(400);
    if (isJson) expect(JSON.parse(bad.body)).toEqual({ success: false, error: texts.badAddress });
    else expect(reason(bad)).toBe(texts.badAddress);
  });
});

describe('a refusal', () => {
  it.for<[string, number, string, () => void]>([
    ['ann', 400, texts.badAddress, () => {}],
    ['ann@example.com', 429, texts.tooMany.replace('{wait}', '7 seconds'), () => (waitSeconds = 7)],
    ['ann@example.com', 429, texts.tooMany.replace('{wait}', '1 second'), () => (waitSeconds = 1)],
    ['ann@example.org', 403, texts.notOnList, () => {}],
    [BLOCKED, 403, texts.notOnList, () => {}],
    ['ann@example.com', 500, texts.failed, () => (createSession = () => Promise.reject(new Error('disk is gone')))],
  ])(
    'of %s with %i is the form again, with all that was in it, and says why',
    async ([email, status, why, prepare]) => {
      prepare();
      const answer = await submit({ email, next: '/a', form: 'one' });
      expect(answer.status).toBe(status);
      expect(['email', 'next', 'form'].map((name) => input(name, answer))).toEqual([email, '/a', 'one']);
      expect(reason(answer)).toBe(why);
      // Only the address and the list are reasons that the owner counts.
      expect(refusals).toBe(status === 400 || status === 403 ? 1 : 0);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('retry-after')).toBe(status === 429 ? String(waitSeconds) : null);
      expect(granted).toEqual([]);
      // Only what went wrong on our side is logged.
      expect(log()).toMatchObject(
        status === 500 ? [{ level: 50, msg: 'request failed', err: { message: 'disk is gone' } }] : [],
      );
      expect(log()).toHaveLength(status === 500 ? 1 : 0);
    },
  );

  it('while the store is not available says so to programs, too: it is worth trying again', async () => {
    createSession = () => Promise.reject(Object.assign(new Error('disk is full'), { code: STORE_UNAVAILABLE }));
    for (const accept of ['text/html', 'application/json']) {
      const { status, headers } = await submit({ email: 'ann@example.com' }, accept);
      expect([status, headers.get('retry-after')]).toEqual([503, '5']);
    }
    expect(log()).toMatchObject([{ err: { message: 'disk is full' } }, { err: { message: 'disk is full' } }]);
  });

  it('by the list says whom to ask, where the owner has named somebody, to everybody alike', async () => {
    Object.assign(look, { contact: 'Ann $& Bob' });
    const { body } = await submit({ email: 'ann@example.org' });
    expect(body).toContain(texts.notOnListContact.replace('{contact}', () => 'Ann $&amp; Bob'));
  });

  it('of a form without an id has a new one', async () => {
    expect(input('form', await submit({ email: 'ann' }))).toMatch(NEW_FORM);
  });

  it('of a program says why, and the cause is for the log', async () => {
    createSession = () => Promise.reject(new Error('disk is gone'));
    const { status, body } = await submit({ email: 'ann@example.com' }, 'application/json');
    expect([status, JSON.parse(body)]).toEqual([500, { success: false, error: texts.failed }]);
    expect(log()).toMatchObject([{ msg: 'request failed', err: { message: 'disk is gone' } }]);
  });

  it.for(['ann@example.org', BLOCKED])('of a program with %s says that the list is the reason', async (email) => {
    const { status, body } = await submit({ email }, 'application/json');
    expect([status, JSON.parse(body)]).toEqual([403, { success: false, error: texts.notOnList }]);
    expect(logged).toEqual([]);
  });

  it('by the list comes after the limit, so that nobody tries many addresses', async () => {
    waitSeconds = 7;
    expect((await submit({ email: 'ann@example.org' })).status).toBe(429);
    expect(limited).toHaveLength(1);
  });
});

describe('one form', () => {
  const send = (email = 'ann@example.com', form?: string): Promise<Answer> =>
    submit({ email, ...(form !== undefined && { form }) });

  it('makes one session with one address while that has access, and each other pair one of its own', async () => {
    for (let time = 0; time < 2; time++) {
      await send('ann@example.com', 'one');
      await send('bob@example.com', 'one');
      await send('ann@example.com', 'other');
    }
    expect(sessions.map(({ email }) => email)).toEqual(['ann@example.com', 'bob@example.com', 'ann@example.com']);
    const ids = sessions.map(({ id }) => id);
    expect(granted.map(([id]) => id)).toEqual([...ids, ...ids]);
    holds = async (id) => id !== ids[0];
    await send('ann@example.com', 'one');
    await send('bob@example.com', 'one');
    expect(sessions).toHaveLength(4);
    expect(granted.slice(6).map(([id]) => id)).toEqual([sessions[3]?.id, ids[1]]);
  });

  it('that is missing makes a session each time', async () => {
    for (let time = 0; time < 2; time++) await send();
    expect(new Set(sessions.map(({ id }) => id)).size).toBe(2);
  });

  it('makes one session when it comes twice at once, also after the access of an earlier one has ended', async () => {
    await Promise.all([send('ann@example.com', 'one'), send('ann@example.com', 'one')]);
    expect(sessions).toHaveLength(1);
    const both = Promise.withResolvers<void>();
    let asked = 0;
    holds = async () => {
      if (++asked === 2) both.resolve();
      await both.promise;
      return false;
    };
    await Promise.all([send('ann@example.com', 'one'), send('ann@example.com', 'one')]);
    expect(sessions).toHaveLength(2);
    expect(granted.slice(2).map(([id]) => id)).toEqual([sessions[1]?.id, sessions[1]?.id]);
  });

  it('can be sent again after the store has failed', async () => {
    createSession = () => Promise.reject(new Error('disk is gone'));
    expect((await send('ann@example.com', 'one')).status).toBe(500);
    createSession = async () => {};
    expect((await send('ann@example.com', 'one')).status).toBe(303);
    expect(granted.map(([id]) => id)).toEqual([sessions[1]?.id]);
  });
});

it('the address of a submission leads to the gate', async () => {
  const { status, headers } = await ask('/api/verify-temp-access');
  expect([status, headers.get('location')]).toEqual([303, '/access']);
});

it('whoever wants to be forgotten has no access any more, and nothing of it in the cache of the browser', async () => {
  const { status, headers, body } = await ask('/api/end-access', { method: 'POST' });
  expect([status, headers.get('clear-site-data'), JSON.parse(body)]).toEqual([200, '"cache"', { success: true }]);
  expect(ended).toBe(1);
});

it.for([
  ['de-AT,de;q=0.9,en;q=0.5', 'de'],
  ['fr,en;q=0.5', 'en'],
  ['fr', 'en'],
  [undefined, 'en'],
] as const)('a reader of %j sees the form in %s', async ([accepted, tag]) => {
  const { headers, body } = await ask('/access', { headers: accepted ? { 'accept-language': accepted } : {} });
  expect(headers.get('content-language')).toBe(tag);
  expect(body).toContain(`<html lang="${tag}"`);
});
