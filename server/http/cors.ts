// CORS for the origins that the owner has configured (the only user of @koa/cors). Never with credentials: browsers
// don't send the cookies cross-site anyway (SameSite), and a span names its session itself.
import koaCors from '@koa/cors';
import type { Middleware } from 'koa';

/**
 * @param origins like `https://site.example`; empty: no other origin has access.
 * @param paths the paths that pages of these origins can call.
 */
export function cors(origins: readonly string[], paths: RegExp): Middleware {
  const answer = koaCors({
    // An empty string means: not allowed.
    origin: (ctx) => (origins.includes(ctx.get('origin')) ? ctx.get('origin') : ''),
    allowMethods: 'POST',
    allowHeaders: 'content-type',
    maxAge: 86_400,
  });
  return (ctx, next) => (origins.length > 0 && paths.test(ctx.path) ? answer(ctx, next) : next());
}
