// The gate's steps with codes, over HTTP, with codes and limits that a test answers for. With a mail server and a store:
// test/server/codes.test.ts and test/server/codes-refused.test.ts.
import { Router } from '@koa/router';
import type { Middleware } from 'koa';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeCookie } from '../../../../server/gate/code-cookie.ts';
import type { Asked, GateCodes } from '../../../../server/gate/codes.ts';
import { addGateRoutes, type Gate } from '../../../../server/gate/gate.ts';
import { DEFAULT_THEME } from '../../../../server/gate/theme.ts';
import { errorHandler } from '../../../../server/http/error-handler.ts';
import { startKoa } from '../../../helpers/start-koa.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const [{ texts }] = DEFAULT_THEME.languages;
const ID = 'i'.repeat(32);
const COOKIE = `stillhere_code=${ID}`;
const REQUEST = { email: 'ann@example.com', next: '/plan/', isMeasured: true, sentMs: NOW };
const HTML = 'text/html';
const JSON_TYPE = 'application/json';
const FAILURE = new Error('disk is gone');

let codes: { -readonly [Name in keyof GateCodes]: GateCodes[Name] };
let asked: Asked;
let calls: unknown[][];
let granted: string[];
let logged: string[];
let waits: { gate: number; codes: number };
let createSession: () => Promise<void>;
let url: string;
beforeEach(async () => {
  [calls, granted, logged] = [[], [], []];
  asked = { type: 'sent', id: ID };
  waits = { gate: 0, codes: 0 };
  createSession = async () => {};
  codes = {
    ask: async (...given) => (calls.push(['ask', ...given]), asked),
    askAgain: async (...given) => (calls.push(['askAgain', ...given]), asked),
    find: async (id) => (id === ID ? REQUEST : undefined),
    enter: async (...given) => (calls.push(['enter', ...given]), given[1] === '482913' ? REQUEST : undefined),
  };
  const log = pino({ level: 'trace' }, { write: (line) => logged.push(line) });
  const router = new Router();
  addGateRoutes(router, {
    store: { createSession: () => createSession() } as unknown as Gate['store'],
    cookies: { grant: (_ctx: unknown, id: string) => granted.push(id) } as unknown as Gate['cookies'],
    access: { find: async () => undefined, holds: async () => true } as unknown as Gate['access'],
    admission: { mode: 'confirmed', allow: [] },
    look: DEFAULT_THEME,
    log,
    limit: async () => waits.gate,
    countRefusal: () => {},
    protect: ['/home/'],
    codes: { codes, cookie: codeCookie(3_600_000, { isHttps: false, base: '' }), limit: async () => waits.codes },
    now: () => NOW,
  });
  url = await startKoa(errorHandler(log), router.routes() as Middleware);
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

async function send(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url + path, { redirect: 'manual', ...init });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

const submit = (fields: Record<string, string>, accept = HTML, headers = {}, path = '/access/code'): Promise<Answer> =>
  send(path, { method: 'POST', headers: { accept, cookie: COOKIE, ...headers }, body: new URLSearchParams(fields) });

const ask = (headers = {}, accept = HTML): Promise<Answer> =>
  submit({ email: 'ann@example.com', next: '/a?b', form: 'one' }, accept, headers, '/access');

const location = ({ headers }: Answer): string | null => headers.get('location');
const reason = ({ body }: Answer): string | undefined => /role="alert">([^<]*)</.exec(body)?.[1];
const next = ({ body }: Answer): string | undefined => /name="next" value="([^"]*)"/.exec(body)?.[1];
const log = (): unknown[] => logged.map((line) => JSON.parse(line) as unknown);
const isWrong = ({ body }: Answer): boolean => body.includes(' aria-invalid="true"');
const hasAddress = ({ body }: Answer): boolean => body.includes('<bdi>ann@example.com</bdi>');

describe('an address', () => {
  it('gets a code, and its browser a cookie and the form for it', async () => {
    const answer = await ask();
    expect([answer.status, location(answer)]).toEqual([303, `/access/code?next=%2Fa%3Fb&sent=${NOW}`]);
    expect(answer.headers.getSetCookie()).toEqual([`${COOKIE}; Path=/; Max-Age=3600; SameSite=Lax; HttpOnly`]);
    expect(calls).toEqual([['ask', { email: 'ann@example.com', next: '/a?b', isMeasured: true }, 'one', 'en']]);
    expect(granted).toEqual([]);
  });

  it('of a program is answered in JSON', async () => {
    const answer = await ask({}, JSON_TYPE);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { success: true, code: 'sent' }]);
  });

  it.for([
    ['de-AT,en;q=0.5', 'de'],
    ['fr,de;q=0.5', 'de'],
    ['fr', 'en'],
    ['en,de;q=0.5', 'en'],
  ])('whose reader speaks %s gets the mail in %s', async ([accepted, language]) => {
    await ask({ 'accept-language': accepted });
    await submit({ again: 'yes' }, HTML, { 'accept-language': accepted });
    expect(calls.map((call) => call.at(-1))).toEqual([language, language]);
  });

  it.for<[string, () => void, number, string, string | null]>([
    ['network', () => (waits.codes = 7), 429, texts.tooMany.replace('{wait}', '7 seconds'), '7'],
    [
      'address',
      () => (asked = { type: 'limited', seconds: 7_200 }),
      429,
      texts.tooManyCodes.replace('{wait}', '2 hours'),
      '7200',
    ],
    ['store that fails', () => (codes.ask = () => Promise.reject(FAILURE)), 500, texts.failed, null],
  ])('is refused for a %s, with the form for the address', async ([, prepare, status, why, wait]) => {
    prepare();
    const answer = await ask();
    expect([answer.status, reason(answer), answer.headers.get('retry-after')]).toEqual([status, why, wait]);
    expect(answer.body).toContain('name="email"');
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(log()).toHaveLength(status === 500 ? 1 : 0);
    if (status === 500) expect(log()).toMatchObject([{ msg: 'request failed', err: { message: 'disk is gone' } }]);
  });
});

describe('a new code', () => {
  it('is said to be sent, also without the gate’s own form', async () => {
    for (const path of ['/access/code', '/access']) {
      const answer = await submit({ again: 'yes', next: '/a' }, HTML, {}, path);
      expect([answer.status, location(answer)]).toEqual([303, '/access/code?next=%2Fa&again=yes']);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect(calls).toEqual([
      ['askAgain', ID, 'en'],
      ['askAgain', ID, 'en'],
    ]);
    expect(JSON.parse((await submit({ again: 'yes' }, JSON_TYPE)).body)).toEqual({ success: true, code: 'sent' });
  });

  it.for<[string, () => void, number, string, string | null]>([
    ['network', () => (waits.codes = 7), 429, texts.tooMany.replace('{wait}', '7 seconds'), '7'],
    [
      'code just before',
      () => (asked = { type: 'early', seconds: 12 }),
      429,
      texts.codeWait.replace('{wait}', '12 seconds'),
      '12',
    ],
    [
      'address',
      () => (asked = { type: 'limited', seconds: 120 }),
      429,
      texts.tooManyCodes.replace('{wait}', '2 minutes'),
      '120',
    ],
    ['store that fails', () => (codes.askAgain = () => Promise.reject(FAILURE)), 500, texts.failed, null],
  ])('is refused for a %s, with the form for the code', async ([, prepare, status, why, wait]) => {
    prepare();
    const answer = await submit({ again: 'yes' });
    expect([answer.status, reason(answer), answer.headers.get('retry-after')]).toEqual([status, why, wait]);
    expect([hasAddress(answer), isWrong(answer), next(answer)]).toEqual([true, false, '/plan/']);
    expect(log()).toHaveLength(status === 500 ? 1 : 0);
    if (status === 500) expect(log()).toMatchObject([{ msg: 'request failed', err: { message: 'disk is gone' } }]);
    const json = await submit({ again: 'yes' }, JSON_TYPE);
    expect([json.status, JSON.parse(json.body)]).toEqual([status, { success: false, error: why }]);
    if (status === 500) expect(log()[1]).toMatchObject({ msg: 'request failed', err: { message: 'disk is gone' } });
  });

  it('for a browser that asked for none is an address to type first', async () => {
    const ids: unknown[] = [];
    codes.askAgain = async (id) => void ids.push(id);
    for (const cookie of [COOKIE, '']) {
      const answer = await submit({ again: 'yes', next: '/a' }, HTML, { cookie });
      expect([answer.status, location(answer)]).toEqual([303, '/access?next=%2Fa']);
      const json = await submit({ again: 'yes' }, JSON_TYPE, { cookie });
      expect([json.status, JSON.parse(json.body)]).toEqual([403, { success: false, error: texts.wrongCode }]);
    }
    expect(ids).toEqual([ID, ID]);
  });
});

describe('a code', () => {
  it('that is right lets its reader in, ends the cookie, and leads to the page that was asked for', async () => {
    const answer = await submit({ code: '482913', next: '/elsewhere', form: 'one' });
    expect([answer.status, location(answer)]).toEqual([303, '/access?next=%2Fplan%2F&entered=one']);
    expect(answer.headers.getSetCookie()).toEqual(['stillhere_code=; Path=/; Max-Age=0; SameSite=Lax; HttpOnly']);
    expect(calls).toEqual([['enter', ID, '482913', 'one']]);
    expect(granted).toHaveLength(1);
  });

  it('is a code wherever a form with one is sent', async () => {
    expect(location(await submit({ code: '482913' }, HTML, {}, '/access'))).toMatch(/^\/access\?next=%2Fplan%2F/);
    const wrong = await submit({ code: '' }, HTML, {}, '/access');
    expect([wrong.status, reason(wrong)]).toEqual([403, texts.wrongCode]);
    await submit({});
    expect(calls.at(-1)).toEqual(['enter', ID, '', undefined]);
  });

  it('that is wrong is refused with the form for another try, and nobody is let in', async () => {
    const answer = await submit({ code: '111111' });
    expect([answer.status, reason(answer), isWrong(answer)]).toEqual([403, texts.wrongCode, true]);
    expect([hasAddress(answer), next(answer), answer.headers.get('retry-after')]).toEqual([true, '/plan/', null]);
    expect([answer.headers.get('cache-control'), answer.headers.getSetCookie()]).toEqual(['no-store', []]);
    const json = await submit({ code: '111111' }, JSON_TYPE);
    expect([json.status, JSON.parse(json.body)]).toEqual([403, { success: false, error: texts.wrongCode }]);
    expect([granted, logged]).toEqual([[], []]);
  });

  it('without the cookie is compared with none', async () => {
    codes.find = async (id) => (calls.push(['find', id]), undefined);
    const answer = await submit({ code: '482913', next: '/a' }, HTML, { cookie: '' });
    expect([answer.status, reason(answer), hasAddress(answer), next(answer)]).toEqual([
      403,
      texts.wrongCode,
      false,
      '/a',
    ]);
    expect(calls).toEqual([]);
  });

  it('is not looked at before the limit of the gate', async () => {
    waits.gate = 90;
    const answer = await submit({ code: '482913' });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '90']);
    expect([reason(answer), isWrong(answer)]).toEqual([texts.tooMany.replace('{wait}', '90 seconds'), false]);
    expect(calls).toEqual([]);
  });

  it.for<[string, () => void]>([
    ['the code is compared', () => (codes.enter = () => Promise.reject(FAILURE))],
    ['its session is made', () => (createSession = () => Promise.reject(FAILURE))],
  ])('keeps its form when the store fails while %s', async ([, fail]) => {
    fail();
    const answer = await submit({ code: '482913' });
    expect([answer.status, reason(answer), isWrong(answer), hasAddress(answer)]).toEqual([
      500,
      texts.failed,
      false,
      true,
    ]);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(log()).toMatchObject([{ level: 50, msg: 'request failed', err: { message: 'disk is gone' } }]);
    const json = await submit({ code: '482913' }, JSON_TYPE);
    expect([json.status, JSON.parse(json.body)]).toEqual([500, { success: false, error: texts.failed }]);
    expect(log()[1]).toMatchObject({ msg: 'request failed', err: { message: 'disk is gone' } });
  });

  it('gets an answer, too, when the address it was sent to can not be read', async () => {
    codes.find = () => Promise.reject(FAILURE);
    const answer = await submit({ code: '111111', next: '/a' });
    expect([answer.status, reason(answer), hasAddress(answer), next(answer)]).toEqual([
      403,
      texts.wrongCode,
      false,
      '/a',
    ]);
  });
});

describe('the form for a code', () => {
  const get = (query = '', cookie = COOKIE): Promise<Answer> => send(`/access/code${query}`, { headers: { cookie } });

  it('is for the browser that asked, and is kept by nobody', async () => {
    const answer = await get('?next=/elsewhere');
    expect([answer.status, next(answer), hasAddress(answer)]).toEqual([200, '/plan/', true]);
    expect(answer.body).not.toMatch(/ role="(?:alert|status)"| aria-invalid="true"/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('says that a new code was sent', async () => {
    expect((await get('?again=yes')).body).toContain(`role="status">${texts.codeSent}<`);
  });

  it('is not there for a browser that asked long ago, or for none: the gate is', async () => {
    for (const cookie of [`stillhere_code=${'x'.repeat(32)}`, '']) {
      const answer = await get('?next=/a', cookie);
      expect([answer.status, location(answer), answer.headers.get('cache-control')]).toEqual([
        303,
        '/access?next=%2Fa',
        'no-store',
      ]);
    }
    expect(location(await get('', ''))).toBe('/access?next=%2Fhome%2F');
  });

  it.for([
    [NOW - 59_999, '', true],
    [NOW + 59_999, '', true],
    [NOW - 60_000, '', false],
    [NOW + 60_000, '', false],
    [NOW, `stillhere_code=${'x'.repeat(32)}`, false],
  ] as const)(
    'that was sent at %d, to a browser with "%s": it stores no cookies: %s',
    async ([sent, cookie, isTold]) => {
      expect(location(await get(`?next=/a&sent=${sent}`, cookie))).toMatch(
        isTold ? /^\/access\?next=%2Fa&entered=[\w-]{16}$/ : /^\/access\?next=%2Fa$/,
      );
    },
  );

  it.for([`x${ID}`, `${ID}x`, ID.slice(1), ID.replace('i', '.')])('is not there for the odd cookie %s', async (id) => {
    codes.find = async () => REQUEST;
    expect((await get('', `stillhere_code=${id}`)).status).toBe(303);
  });
});
