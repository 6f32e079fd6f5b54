// The cookie of a browser that asked for a code: a random id. Without it, the code is worth nothing.
import type { Context } from 'koa';
import type { CookieScope } from './cookie-scope.ts';

const CODE_COOKIE = 'stillhere_code';
const ID = /^[\w-]{32}$/;

export interface CodeCookie {
  set(ctx: Context, id: string): void;
  read(ctx: Context): string | undefined;
  end(ctx: Context): void;
}

/** @param lifeMs how long the browser keeps it. */
export function codeCookie(lifeMs: number, scopeOf: CookieScope): CodeCookie {
  return {
    set: (ctx, id) =>
      ctx.append('Set-Cookie', `${CODE_COOKIE}=${id}; Path=/; Max-Age=${lifeMs / 1_000}${scopeOf(ctx)}; HttpOnly`),
    read: (ctx) => ctx.cookies.get(CODE_COOKIE)?.match(ID)?.[0],
    end: (ctx) => ctx.append('Set-Cookie', `${CODE_COOKIE}=; Path=/; Max-Age=0${scopeOf(ctx)}; HttpOnly`),
  };
}
