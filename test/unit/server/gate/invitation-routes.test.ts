// The way in by a personal link, over HTTP, with a store and limits that a test answers for. With the whole application:
// test/server/invitations.test.ts, test/server/invitation-refusals.test.ts and test/server/gate-invited.test.ts.
import { Router } from '@koa/router';
import type { Middleware } from 'koa';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ReaderAccess } from '../../../../server/gate/access-check.ts';
import { addGateRoutes, type Gate } from '../../../../server/gate/gate.ts';
import { DEFAULT_THEME, type GateTheme } from '../../../../server/gate/theme.ts';
import { errorHandler } from '../../../../server/http/error-handler.ts';
import type { Invitation } from '../../../../server/store/invitations.ts';
import { hashOfKey } from '../../../../server/store/key-hash.ts';
import { startKoa } from '../../../helpers/start-koa.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const [{ texts }] = DEFAULT_THEME.languages;
const TOKEN = 't'.repeat(32);
const EMAIL = 'ann@example.com';
const INVITATION: Invitation = {
  id: 'to-ann',
  email: EMAIL,
  pages: '/plan/',
  createdMs: NOW - 1,
  untilMs: NOW + 1,
  revokedMs: null,
  openedMs: null,
};
const HTML = 'text/html';
const JSON_TYPE = 'application/json';
const FAILURE = new Error('disk is gone');

let invitation: Invitation | undefined;
let blocked: string[];
let lookedUp: string[];
let opened: unknown[];
let deleted: unknown[];
let made: Parameters<Gate['store']['createSession']>[0][];
let granted: [string, number, boolean][];
let held: ReaderAccess | undefined;
let createSession: () => Promise<void>;
let waitSeconds: number;
let limited: string[];
let refusals: unknown[];
let logged: string[];
let look: GateTheme;
let mode: 'open' | 'invited';
let base: string | undefined;
let start: () => Promise<void>;
let url: string;
beforeEach(async () => {
  [invitation, held, mode, base] = [INVITATION, undefined, 'open', '/work'];
  [blocked, lookedUp, opened, deleted, made, granted] = [[], [], [], [], [], []];
  [limited, refusals, logged, waitSeconds] = [[], [], [], 0];
  look = { ...DEFAULT_THEME };
  createSession = async () => {};
  start = async () => {
    const log = pino({ level: 'trace' }, { write: (line) => logged.push(line) });
    const router = new Router();
    addGateRoutes(router, {
      store: {
        createSession: (session: (typeof made)[0]) => (made.push(session), createSession()),
        blockedReaders: { has: async (email: string) => blocked.includes(email) },
        deleteSessions: async (...given: unknown[]) => (deleted.push(given), 1),
        invitations: {
          find: async (hash: string) => (lookedUp.push(hash), hash === hashOfKey(TOKEN) ? invitation : undefined),
          setOpened: async (...given: unknown[]) => void opened.push(given),
        },
      } as unknown as Gate['store'],
      cookies: {
        grant: (_ctx: unknown, id: string, nowMs: number, isMeasured: boolean) => granted.push([id, nowMs, isMeasured]),
      } as unknown as Gate['cookies'],
      access: { find: async () => held, holds: async () => true } as unknown as Gate['access'],
      admission: { mode, allow: [] },
      look,
      log,
      limit: async (network) => (limited.push(network), waitSeconds),
      countRefusal: (...given) => void refusals.push(given),
      protect: ['/home/'],
      base,
      now: () => NOW,
    });
    url = await startKoa(errorHandler(log), router.routes() as Middleware);
  };
  await start();
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

const enter = (fields: Record<string, string> = {}, accept = HTML, headers = {}): Promise<Answer> =>
  send('/access/invited', {
    method: 'POST',
    headers: { accept, ...headers },
    body: new URLSearchParams({ invitation: TOKEN, form: 'one', ...fields }),
  });

const lookUp = (token = TOKEN): Promise<Answer> =>
  send('/access/invitation', {
    method: 'POST',
    headers: { 'content-type': JSON_TYPE },
    body: JSON.stringify({ invitation: token }),
  });

const location = ({ headers }: Answer): string | null => headers.get('location');
const input = (name: string, { body }: Answer): string | undefined =>
  new RegExp(`name="${name}"[^>]* value="([^"]*)"`).exec(body)?.[1];
const reason = ({ body }: Answer): string | undefined => /id="reason" role="alert">([^<]*)</.exec(body)?.[1];
const box = ({ body }: Answer): string | undefined => /<input type="checkbox"[^>]*>/.exec(body)?.[0];
const access = (more: Partial<ReaderAccess> = {}): ReaderAccess => ({
  sessionId: 'held',
  untilMs: NOW + 1,
  pages: '/plan/',
  invitationId: 'to-ann',
  ...more,
});
const HELD_COOKIE = { cookie: 'session_record_id=held' };

describe('the form of a link', () => {
  it('has no token yet, and knows where to look it up, and where to go', async () => {
    const answer = await send('/access/invited', { headers: { referer: `${url}/work/about/` } });
    expect(answer.status).toBe(200);
    expect(['invitation', 'next', 'email', 'back'].map((name) => input(name, answer))).toEqual([
      '',
      '/work/home/',
      '',
      '/work/about/',
    ]);
    expect(input('form', answer)).toMatch(/^[\w-]{16}$/);
    expect(answer.body).toContain('data-look-up="/work/access/invitation"');
    expect(answer.body).not.toMatch(/ hidden>\s*<button|data-missing/);
    expect([reason(answer), box(answer)]).toEqual([undefined, undefined]);
  });

  it('has the choice where readers have one, and is shut to addresses where only links open the pages', async () => {
    Object.assign(look, { hasOptOut: true });
    mode = 'invited';
    await start();
    expect(box(await send('/access/invited'))).not.toContain('checked');
    const answer = await send('/access/invited', { headers: { 'sec-gpc': '1' } });
    expect(box(answer)).toContain('checked');
    expect(answer.body).toContain(`data-missing="${texts.onlyInvited}"`);
  });
});

describe('looking up a link', () => {
  it('tells its reader, is noted, and is kept by nobody', async () => {
    const answer = await lookUp();
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { success: true, email: EMAIL }]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(opened).toEqual([['to-ann', NOW]]);
    expect([limited, refusals, made]).toEqual([['127.0.0.1'], [], []]);
  });

  it('that can not be used is refused and counted', async () => {
    invitation = undefined;
    const answer = await lookUp();
    expect([answer.status, JSON.parse(answer.body)]).toEqual([403, { success: false, error: texts.badLink }]);
    expect([opened, refusals]).toEqual([[], [[]]]);
  });

  it('is limited by network, before the link is looked at', async () => {
    waitSeconds = 7;
    const { status, headers, body } = await lookUp();
    expect([status, headers.get('retry-after')]).toEqual([429, '7']);
    expect(JSON.parse(body)).toEqual({ success: false, error: texts.tooMany.replace('{wait}', '7 seconds') });
    expect([lookedUp, refusals]).toEqual([[], []]);
  });

  it.for([`x${TOKEN}`, `${TOKEN}x`, TOKEN.slice(1), TOKEN.replace('t', '.'), ''])(
    'of no token (%s) asks the store for nothing',
    async (token) => {
      expect((await lookUp(token)).status).toBe(403);
      expect(lookedUp).toEqual([]);
    },
  );

  it.for<[string, () => void, number]>([
    ['is revoked', () => (invitation = { ...INVITATION, revokedMs: 1 }), 403],
    ['expires now', () => (invitation = { ...INVITATION, untilMs: NOW }), 403],
    ['is for a blocked reader', () => blocked.push(EMAIL), 403],
    ['is for somebody while another is blocked', () => blocked.push('bob@example.com'), 200],
  ])('that %s', async ([, prepare, status]) => {
    prepare();
    expect((await lookUp()).status).toBe(status);
  });
});

describe('a reader who comes by a link', () => {
  it('gets a session of the invitation, and goes to its pages by way of the gate', async () => {
    const answer = await enter({ email: 'other@example.com', next: '/work/elsewhere/' });
    expect([answer.status, location(answer)]).toEqual([303, '/access?next=%2Fwork%2Fplan%2F&entered=one']);
    const [{ id } = { id: '' }] = made;
    expect(made).toEqual([
      {
        id,
        email: EMAIL,
        identity: 'invited',
        invitationId: 'to-ann',
        accessPages: '/plan/',
        isMeasured: true,
        startMs: NOW,
      },
    ]);
    expect(granted).toEqual([[id, NOW, true]]);
    expect([limited, refusals, deleted, logged]).toEqual([['127.0.0.1'], [], [], []]);
  });

  it('goes to the first page behind the gate with a link for all pages', async () => {
    invitation = { ...INVITATION, pages: null };
    expect(location(await enter())).toBe('/access?next=%2Fwork%2Fhome%2F&entered=one');
    expect(made).toMatchObject([{ accessPages: null }]);
  });

  it('gets a form with an id if it came without one, or with an odd one', async () => {
    for (const form of ['', 'x'.repeat(65)]) expect(location(await enter({ form }))).toMatch(/&entered=[\w-]{16}$/);
  });

  it('gets JSON where that is asked for, without a session if nothing is measured', async () => {
    Object.assign(look, { hasOptOut: true });
    await start();
    const measured = await enter({ choice: '1' }, JSON_TYPE);
    expect(JSON.parse(measured.body)).toEqual({ success: true, next: '/work/plan/', session: made[0]?.id });
    const unmeasured = await enter({ choice: '1', unmeasured: '1', form: 'two' }, JSON_TYPE);
    expect([unmeasured.status, JSON.parse(unmeasured.body)]).toEqual([200, { success: true, next: '/work/plan/' }]);
    expect(granted.map(([, , isMeasured]) => isMeasured)).toEqual([true, false]);
  });

  it('is one session, however often the form is sent', async () => {
    await enter();
    await enter();
    expect(made).toHaveLength(1);
    await enter({ form: 'two' });
    expect(made).toHaveLength(2);
  });

  it.for<[string, Partial<ReaderAccess>, Record<string, string>, Record<string, string>, number, object]>([
    ['still has access by it', {}, HELD_COOKIE, {}, 0, { session: 'held' }],
    ['has access by another one', { invitationId: 'other' }, HELD_COOKIE, {}, 1, {}],
    ['has access by no link', { invitationId: null }, HELD_COOKIE, {}, 1, {}],
    ['was not measured and still is not', {}, {}, { unmeasured: '1' }, 0, {}],
    ['was not measured and now is', {}, {}, {}, 1, {}],
    ['was measured and now is not', {}, HELD_COOKIE, { unmeasured: '1' }, 1, {}],
    ['has the cookie of another session', {}, { cookie: 'session_record_id=other' }, {}, 1, {}],
  ])('who %s gets another session only if needed', async ([, more, headers, fields, count, body]) => {
    Object.assign(look, { hasOptOut: true });
    await start();
    held = access(more);
    const answer = await enter({ choice: '1', ...fields }, JSON_TYPE, headers);
    const session = count > 0 && !fields['unmeasured'] ? { session: made[0]?.id } : {};
    expect(JSON.parse(answer.body)).toEqual({ success: true, next: '/work/plan/', ...session, ...body });
    expect([made.length, granted.length]).toEqual([count, count]);
  });

  it('gets nothing, and leaves nothing, when the invitation ends meanwhile', async () => {
    createSession = async () => void (invitation = undefined);
    const answer = await enter();
    expect([answer.status, reason(answer), granted]).toEqual([403, texts.badLink, []]);
    expect(deleted).toEqual([[[made[0]?.id], NOW]]);
    expect(refusals).toEqual([[]]);
  });
});

describe('a link that is refused', () => {
  it.for<[string, () => void, number, string, string, string | null]>([
    ['can not be used', () => (invitation = undefined), 403, texts.badLink, '', null],
    ['comes too often', () => (waitSeconds = 7), 429, texts.tooMany.replace('{wait}', '7 seconds'), TOKEN, '7'],
    ['meets a store that fails', () => (createSession = () => Promise.reject(FAILURE)), 500, texts.failed, TOKEN, null],
  ])('because it %s keeps its form, with the token if that is still worth something', async (given) => {
    const [, prepare, status, why, token, wait] = given;
    prepare();
    const answer = await enter({ email: EMAIL, back: '/work/about/' });
    expect([answer.status, reason(answer), answer.headers.get('retry-after')]).toEqual([status, why, wait]);
    expect(['invitation', 'form', 'next', 'back', 'email'].map((name) => input(name, answer))).toEqual([
      token,
      'one',
      '/work/home/',
      '/work/about/',
      token && EMAIL,
    ]);
    expect(answer.body).toContain('data-look-up="/work/access/invitation"');
    expect([box(answer), granted]).toEqual([undefined, []]);
    expect(refusals).toEqual(status === 403 ? [[]] : []);
    expect(lookedUp).toHaveLength(status === 429 ? 0 : 1);
    expect(logged.map((line) => JSON.parse(line) as object)).toMatchObject(
      status === 500 ? [{ level: 50, msg: 'request failed', err: { message: 'disk is gone' } }] : [],
    );
    const json = await enter({}, JSON_TYPE);
    expect([json.status, JSON.parse(json.body)]).toEqual([status, { success: false, error: why }]);
    expect(json.headers.get('retry-after')).toBe(wait);
    expect(logged.map((line) => (JSON.parse(line) as { err: Error }).err.message)).toEqual(
      status === 500 ? ['disk is gone', 'disk is gone'] : [],
    );
  });

  it('keeps what its reader chose, and says where only links open the pages', async () => {
    Object.assign(look, { hasOptOut: true });
    mode = 'invited';
    await start();
    invitation = undefined;
    expect(box(await enter({ choice: '1', unmeasured: '1' }))).toContain('checked');
    const answer = await enter({ choice: '1' });
    expect(box(answer)).not.toContain('checked');
    expect(answer.body).toContain(`data-missing="${texts.onlyInvited}"`);
  });
});

it('an address typed into the form of a link is let in as one, without the fragment', async () => {
  const answer = await enter({ invitation: '', email: 'bob@example.com', next: '/work/a' });
  expect([answer.status, location(answer)]).toEqual([303, '/access?next=%2Fwork%2Fa&entered=one#']);
  expect(made).toMatchObject([{ email: 'bob@example.com' }]);
  const refused = await enter({ invitation: '', email: 'bob' });
  expect([refused.status, input('invitation', refused)]).toEqual([400, '']);
  expect(refused.body).toContain('data-look-up="/work/access/invitation"');
});

it('at the root of its host, the form and the pages lie under no path', async () => {
  base = undefined;
  await start();
  const answer = await send('/access/invited');
  expect(input('next', answer)).toBe('/home/');
  expect(answer.body).toContain('data-look-up="/access/invitation"');
  expect(JSON.parse((await enter({}, JSON_TYPE)).body)).toMatchObject({ next: '/plan/' });
});
