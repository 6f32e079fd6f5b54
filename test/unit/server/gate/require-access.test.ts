// The check before protected paths, with an access check that a test answers for. With the whole application:
// test/server/access.test.ts and test/server/protected-paths.test.ts.
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AccessCheck, ReaderAccess } from '../../../../server/gate/access-check.ts';
import { admitReaders, closeProtected, requireAccess } from '../../../../server/gate/require-access.ts';
import { SHIPPED_TEXTS } from '../../../../server/gate/texts.ts';
import { DEFAULT_THEME } from '../../../../server/gate/theme.ts';
import { startKoa } from '../../../helpers/start-koa.ts';

const UNTIL = Date.parse('2026-11-24T09:00:00Z');
const PROTECT = ['/report/'];
const READER = { sessionId: 'ann', invitationId: null };

let find: () => Promise<ReaderAccess | undefined>;
let logged: string[];
beforeEach(() => {
  find = async () => ({ untilMs: UNTIL, pages: null, ...READER });
  logged = [];
});
const access = { find: () => find() } as unknown as AccessCheck;
const log = pino({ level: 'trace' }, { write: (line) => logged.push(line) });
const host: Middleware = (ctx) => {
  ctx.body = 'the page';
};

/** The request target exactly as it is given. */
async function get(path: string, ...middlewares: Middleware[]) {
  const { port } = new URL(await startKoa(...middlewares));
  const asked = request({ host: '127.0.0.1', port, path });
  const answered = once(asked, 'response');
  asked.end();
  const [incoming] = (await answered) as [IncomingMessage];
  incoming.resume();
  return { status: incoming.statusCode, headers: incoming.headers };
}

describe('a protected path', () => {
  it('opens with access, says until when, and is kept by no shared cache or search engine', async () => {
    const { status, headers } = await get('/report/a', requireAccess(PROTECT, access, log), host);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'stillhere-access': 'Tue, 24 Nov 2026 09:00:00 GMT',
      'cache-control': 'private, no-cache',
      'x-robots-tag': 'noindex',
      'content-security-policy': "frame-ancestors 'self'",
    });
  });

  it('leads to the gate without, which leads back with its query', async () => {
    find = async () => undefined;
    const { status, headers } = await get('/report/a?b=c&d', requireAccess(PROTECT, access, log), host);
    expect([status, headers.location]).toEqual([303, '/access?next=%2Freport%2Fa%3Fb%3Dc%26d']);
    expect(headers).toMatchObject({
      'stillhere-access': 'none',
      'cache-control': 'private, no-cache',
      'x-robots-tag': 'noindex',
    });
  });

  it.for([
    ['public, max-age=60', 'private, no-cache'],
    ['no-cache', 'private, no-cache'],
    ['Private, max-age=60', 'Private, max-age=60'],
    ['no-store', 'no-store'],
  ] as const)('whose host says %j is answered with %j', async ([hosts, cacheControl]) => {
    const { headers } = await get('/report/a', requireAccess(PROTECT, access, log), (ctx) => {
      ctx.set('Cache-Control', hosts);
      ctx.body = 'the page';
    });
    expect(headers['cache-control']).toBe(cacheControl);
  });

  it('stays shut for now where the access can not be checked, and the log says why', async () => {
    find = () => Promise.reject(new Error('disk is gone'));
    const { status, headers } = await get('/report/a', requireAccess(PROTECT, access, log), host);
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    expect(logged.map((line) => JSON.parse(line) as object)).toMatchObject([
      { msg: 'access could not be checked', err: { message: 'disk is gone' } },
    ]);
  });

  it.for<[string, Middleware]>([
    ['an earlier middleware of Koa', (ctx, next) => ((ctx.url = '/inner'), next())],
    ['a router of the host that mounts', (ctx, next) => (Object.assign(ctx.req, { url: '/inner' }), next())],
  ])('is known by the address that was sent, when %s has shortened it', async ([, rewrite]) => {
    find = async () => undefined;
    const keep: Middleware = (ctx, next) => {
      Object.assign(ctx.req, { originalUrl: '/report/a' });
      return next();
    };
    expect((await get('/report/a', keep, rewrite, requireAccess(PROTECT, access, log), host)).status).toBe(303);
  });

  it('is known by the address that it was rewritten to', async () => {
    find = async () => undefined;
    const rewrite: Middleware = (ctx, next) => ((ctx.url = '/report/a'), next());
    expect((await get('/other', rewrite, requireAccess(PROTECT, access, log), host)).status).toBe(303);
  });
});

describe('a site under a path of its host', () => {
  it('is protected there and at the root, and the gate leads back to it', async () => {
    find = async () => undefined;
    const check = requireAccess(PROTECT, access, log, { base: '/work' });
    // What stands before it has removed the base.
    expect((await get('/report/a?b', check, host)).headers.location).toBe('/access?next=%2Fwork%2Freport%2Fa%3Fb');
    expect((await get('/work/report/a', check, host)).status).toBe(303);
    expect((await get('/work/other', check, host)).status).toBe(200);
    for (const path of ['/report/a', '/work/report/a'])
      expect((await get(path, closeProtected(PROTECT, '/work'), host)).status).toBe(503);
    expect((await get('/work/other', closeProtected(PROTECT, '/work'), host)).status).toBe(200);
  });
});

describe('access to some pages', () => {
  beforeEach(() => {
    find = async () => ({ untilMs: UNTIL, pages: '/report/', ...READER });
  });
  const check = requireAccess(['/report/', '/plan/'], access, log, { base: '/work' });

  it.for(['/report/', '/report', '/report/a?b', '/report.html', '/work/report/a', '/report/a%20b'])(
    'opens %s',
    async (path) => {
      expect((await get(path, check, host)).status).toBe(200);
    },
  );

  it.for([
    ['another page', '/plan/'],
    ['a page whose name begins alike', '/plan/report/'],
    ['a folder in other letters, which may be another one', '/REPORT/a'],
    ['a folder that some servers take for it', '/report;/a'],
  ])('leads to the gate from %s', async ([, path = '']) => {
    const { status, headers } = await get(path, check, host);
    expect([status, headers['stillhere-access']]).toEqual([303, 'none']);
  });

  it('is no access to a page as which something else rewrites the request', async () => {
    const rewrite: Middleware = (ctx, next) => ((ctx.url = '/plan/'), next());
    expect((await get('/report/a', rewrite, check, host)).status).toBe(303);
  });

  it('holds for a file with another name only if it is a part of pages', async () => {
    expect((await get('/copy.html', admitReaders(access, log), host)).status).toBe(303);
    expect((await get('/_astro/a.webp', admitReaders(access, log, { isForAllPages: true }), host)).status).toBe(200);
  });
});

describe('what the owner has set', () => {
  it('names the sites that may show the pages in a frame', async () => {
    const frameAncestors = ['https://a.example', 'https://b.example'];
    for (const middleware of [
      requireAccess(PROTECT, access, log, { frameAncestors }),
      admitReaders(access, log, { frameAncestors }),
    ])
      expect((await get('/report/a', middleware, host)).headers['content-security-policy']).toBe(
        "frame-ancestors 'self' https://a.example https://b.example",
      );
  });

  it('has each request with access noted before it is answered, and no other', async () => {
    const seen: string[] = [];
    const noteOpened = (ctx: { readonly path: string }): void => void seen.push(`open ${ctx.path}`);
    const tell: Middleware = (ctx) => {
      seen.push('answer');
      ctx.body = 'the page';
    };
    const check = requireAccess(PROTECT, access, log, { noteOpened });
    await get('/report/a', check, tell);
    expect(seen).toEqual(['open /report/a', 'answer']);
    find = async () => undefined;
    await get('/report/b', check, tell);
    await get('/other', check, tell);
    expect(seen).toEqual(['open /report/a', 'answer', 'answer']);
  });
});

describe('any other path', () => {
  it('goes on, untouched and unasked', async () => {
    find = () => Promise.reject(new Error('must not be asked'));
    const { status, headers } = await get('/other', requireAccess(PROTECT, access, log), host);
    expect([status, headers['stillhere-access'], headers['cache-control']]).toEqual([200, undefined, undefined]);
  });

  it.for(['/a/../report/', '/%ff', '/a\\b'])('without a single meaning is refused: %s', async (path) => {
    const url = await startKoa(requireAccess(PROTECT, access, log), host);
    const asked = request({ host: '127.0.0.1', port: new URL(url).port, path });
    const answered = once(asked, 'response');
    asked.end();
    const [incoming] = (await answered) as [IncomingMessage];
    let text = '';
    for await (const chunk of incoming.setEncoding('utf8')) text += String(chunk);
    expect([incoming.statusCode, text]).toEqual([
      400,
      'Invalid path: it contains "..", a backslash, or a broken % escape.',
    ]);
  });

  it('is refused for what was sent, too, when it was rewritten to one with a single meaning', async () => {
    const rewrite: Middleware = (ctx, next) => ((ctx.url = '/other'), next());
    expect((await get('/a/../b', rewrite, requireAccess(PROTECT, access, log), host)).status).toBe(400);
  });

  it('is checked all the same where a file is protected under another name', async () => {
    find = async () => undefined;
    expect((await get('/other', admitReaders(access, log), host)).status).toBe(303);
  });
});

describe('a page that can not be shown for now', () => {
  const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'accept-language': 'de-AT' };

  it.for([
    ['without an answer of the store', () => requireAccess(PROTECT, access, log, { look: DEFAULT_THEME })],
    ['without a store', () => closeProtected(PROTECT, '', undefined, DEFAULT_THEME)],
  ] as const)('is one of the gate for browsers, in the reader’s language, %s', async ([, check]) => {
    find = () => Promise.reject(new Error('disk is gone'));
    const url = await startKoa(check(), host);
    const answer = await fetch(`${url}/report/a`, { headers: BROWSER });
    const page = await answer.text();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
    expect(page).toContain('<html lang="de"');
    expect(page).toContain(`<p role="alert">${SHIPPED_TEXTS['de']?.unavailable}</p>`);
    expect(page).not.toContain('<input');
    expect([answer.headers.get('cache-control'), answer.headers.get('vary')]).toEqual([
      'no-store',
      'Accept, Accept-Language',
    ]);
    // Otherwise the device would delete the pages that it keeps for reading offline.
    expect(answer.headers.has('stillhere-access')).toBe(false);
    const script = await fetch(`${url}/report/a`);
    expect([script.status, script.headers.get('content-type')]).toEqual([503, 'text/plain; charset=utf-8']);
  });
});

describe('without a store', () => {
  it('what is protected stays shut, and says so', async () => {
    const url = await startKoa(closeProtected(PROTECT), host);
    const closed = await fetch(`${url}/report/a`);
    expect([closed.status, closed.headers.get('retry-after'), await closed.text()]).toEqual([
      503,
      '5',
      'These pages are not available at the moment. Please try again later.',
    ]);
    const open = await fetch(`${url}/other`);
    expect([open.status, await open.text()]).toEqual([200, 'the page']);
    const rewrite: Middleware = (ctx, next) => ((ctx.url = '/other'), next());
    expect((await get('/report/a', rewrite, closeProtected(PROTECT), host)).status).toBe(503);
  });

  it('so do targets that are protected by themselves', async () => {
    const closed = closeProtected(PROTECT, '', (target) => target.includes('plan.png'));
    expect((await get('/image?href=plan.png', closed, host)).status).toBe(503);
    expect((await get('/image?href=logo.png', closed, host)).status).toBe(200);
  });
});
