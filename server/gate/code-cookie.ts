// The cookie of a browser that asked for a code: a random id. Without it, the code is worth nothing.
import type { Context } from 'koa';
import { cookieName, type SitePlace } from '../http/cookie-name.ts';
import { cookieScope } from './cookie-scope.ts';

const CODE_COOKIE = 'stillhere_code';
const ID = /^[\w-]{32}$/;

export interface CodeCookie {
  set(ctx: Context, id: string): void;
  read(ctx: Context): string | undefined;
  end(ctx: Context): void;
}

/**
 * @param lifeMs how long the browser keeps it.
 * @param isFramed as of {@link cookieScope}.
 */
export function codeCookie(lifeMs: number, place: SitePlace, isFramed = false): CodeCookie {
  const named = cookieName(CODE_COOKIE, place);
  const scopeOf = cookieScope(place.isHttps, isFramed);
  return {
    set: (ctx, id) =>
      ctx.append('Set-Cookie', `${named.of(ctx)}=${id}; Path=/; Max-Age=${lifeMs / 1_000}${scopeOf(ctx)}; HttpOnly`),
    read: (ctx) => named.read(ctx).find(({ text }) => ID.test(text))?.text,
    end: (ctx) =>
      ctx.append(
        'Set-Cookie',
        named.toDelete(ctx).map((name) => `${name}=; Path=/; Max-Age=0${scopeOf(ctx)}; HttpOnly`),
      ),
  };
}
