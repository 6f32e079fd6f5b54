// One structured line for each request: never an e-mail address, a cookie, a query, or the id of a session (which is a
// cookie's value), hence the route's pattern in place of a path of the API.
import type { Middleware } from 'koa';
import type { Logger } from 'pino';
import { isProtectedTarget, readRequestPath, type RequestLine } from '../http/request-path.ts';
import { redact } from '../http/describe-error.ts';

export function logRequests(log: Logger): Middleware {
  return async (ctx, next) => {
    const began = performance.now();
    await next();
    const { method, status } = ctx;
    const path = (ctx['_matchedRoute'] as string | undefined) ?? publicPath(ctx.path);
    log.info({ method, path, status, ms: Math.round(performance.now() - began) }, 'request');
  };
}

/** By the path that it comes to, however it is spelled. */
function publicPath(requestPath: RequestLine['path']): string {
  if (requestPath === null || isProtectedTarget(requestPath, ['/api/'])) return '…';
  return redact(readRequestPath(requestPath) ?? '…');
}
