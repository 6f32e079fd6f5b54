// Lets pages of other sites speak to us, where the owner has named them (the only user of @koa/cors). Never with cookies: a
// browser wouldn't send ours there anyway (SameSite), and a span names its session by itself.
import koaCors from '@koa/cors';
import type { Middleware } from 'koa';

/**
 * @param origins like `https://site.example`; empty: no other site may call us.
 * @param paths the paths that pages of these origins may call.
 */
export function cors(origins: readonly string[], paths: RegExp): Middleware {
  const answer = koaCors({
    // An empty string is nobody.
    origin: (ctx) => (origins.includes(ctx.get('origin')) ? ctx.get('origin') : ''),
    allowMethods: 'POST',
    allowHeaders: 'content-type',
    maxAge: 86_400,
  });
  return (ctx, next) => (origins.length > 0 && paths.test(ctx.path) ? answer(ctx, next) : next());
}
