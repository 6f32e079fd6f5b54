// A site under a path of its host: what becomes of paths, redirects and cookies. With the whole application: test/server/sub-path.test.ts.
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';
import { describe, expect, it } from 'vitest';
import { toSitePath, underBase, withBase } from '../../../../server/http/site-base.ts';
import { startKoa } from '../../../helpers/start-koa.ts';

const BASE = '/work';

describe('a path of the host', () => {
  it.for([
    ['/work/a?b#c', '/a?b#c'],
    ['/work/', '/'],
    ['/work', '/'],
    ['/work?a', '/?a'],
    ['/work#a', '/#a'],
    ['/work/work/a', '/work/a'],
  ] as const)('%j is %j of the site', ([path, own]) => {
    expect(toSitePath(BASE, path)).toBe(own);
  });

  it.for(['/a', '/a/work/b', '/works/a', '/work.html', '/WORK/a', '/', '*'])('%j has no base to remove', (path) => {
    expect(toSitePath(BASE, path)).toBe(path);
  });

  it.for(['/a', '', '?a', '*'])('%j stays as it is where the site is at the root', (path) => {
    expect(toSitePath('', path)).toBe(path);
  });
});

it('prefixes are known with and without the base, in lower case as a file system may have it', () => {
  expect(withBase('/Work', ['/a/', '/b/'])).toEqual(['/a/', '/b/', '/work/a/', '/work/b/']);
  expect(withBase('', ['/a/'])).toEqual(['/a/']);
});

interface Answer {
  readonly body: string;
  readonly location: string | undefined;
  readonly cookies: readonly string[] | undefined;
}

/** The request target exactly as it is given. */
async function get(path: string, ...middlewares: readonly Middleware[]): Promise<Answer> {
  const { port } = new URL(await startKoa(...middlewares));
  const asked = request({ host: '127.0.0.1', port, path });
  const answered = once(asked, 'response');
  asked.end();
  const [incoming] = (await answered) as [IncomingMessage];
  let body = '';
  for await (const chunk of incoming.setEncoding('utf8')) body += String(chunk);
  return { body, location: incoming.headers.location, cookies: incoming.headers['set-cookie'] };
}

describe('what answers under a base', () => {
  const say: Middleware = (ctx) => {
    ctx.body = `${ctx.path} ${ctx.url}`;
  };

  it('sees its own paths, with the query', async () => {
    expect(await get('/work/a?b', underBase(BASE, say))).toEqual({
      body: '/a /a?b',
      location: undefined,
      cookies: undefined,
    });
    expect((await get('/a?b', underBase(BASE, say))).body).toBe('/a /a?b');
  });

  it('sees a target without a path as it is', async () => {
    expect((await get('foo://host', underBase(BASE, say))).body).toBe('null foo://host');
  });

  it('is the same middleware at the root', () => {
    expect(underBase('', say)).toBe(say);
  });

  it.for([
    ['/access?next=a', '/work/access?next=a'],
    ['/', '/work/'],
    ['https://elsewhere.example/', 'https://elsewhere.example/'],
  ] as const)('leads to %j as %j', async ([to, location]) => {
    expect(
      (
        await get(
          '/work/a',
          underBase(BASE, (ctx) => ctx.redirect(to)),
        )
      ).location,
    ).toBe(location);
  });

  it.for<[string[], string[]]>([
    [['a=1; Path=/; HttpOnly'], ['a=1; Path=/work; HttpOnly']],
    [
      ['a=1; Path=/', 'b=2; HttpOnly; path=/api'],
      ['a=1; Path=/work', 'b=2; HttpOnly; path=/work/api'],
    ],
    [['a=/; Max-Age=1'], ['a=/; Max-Age=1']],
  ])('sets the cookies %j as %j', async ([set, cookies]) => {
    const answered = await get(
      '/work/a',
      underBase(BASE, (ctx) => {
        ctx.set('Set-Cookie', set);
        ctx.body = 'a';
      }),
    );
    expect(answered.cookies).toEqual(cookies);
  });

  it('passes on what is not its own: the request as it came, and the answer as the host gives it', async () => {
    const after: string[] = [];
    const watch: Middleware = async (ctx, next) => {
      await next();
      after.push(ctx.url);
    };
    const pass: Middleware = (_, next) => next();
    const host: Middleware = (ctx) => {
      ctx.set('Set-Cookie', 'own=1; Path=/');
      ctx.redirect('/elsewhere');
      ctx.body = ctx.url;
    };
    expect(await get('/work/a?b', watch, underBase(BASE, pass), host)).toEqual({
      body: '/work/a?b',
      location: '/elsewhere',
      cookies: ['own=1; Path=/'],
    });
    expect(after).toEqual(['/work/a?b']);
  });

  it('leaves the request as it came when it fails', async () => {
    const tell: Middleware = async (ctx, next) => {
      await next().catch(() => {});
      ctx.body = ctx.url;
    };
    const fail: Middleware = () => {
      throw new Error('no');
    };
    expect((await get('/work/a', tell, underBase(BASE, fail))).body).toBe('/work/a');
  });
});
