// One structured line for each request: never an e-mail address, a cookie, a query, or the id of a session (which is a
// cookie's value), hence the route's pattern in place of a path of the API.
import type { Middleware } from 'koa';
import type { Logger } from 'pino';

export function logRequests(log: Logger): Middleware {
  return async (ctx, next) => {
    const began = performance.now();
    await next();
    const { method, status } = ctx;
    const path = (ctx['_matchedRoute'] as string | undefined) ?? (ctx.path.startsWith('/api/') ? '/api/…' : ctx.path);
    log.info({ method, path, status, ms: Math.round(performance.now() - began) }, 'request');
  };
}
