// Logs one structured line per request, without e-mail addresses, cookies, queries or session ids. API paths can
// contain a session id (the value of the cookie), so the route's pattern is logged instead.
import type { Middleware } from 'koa';
import type { Logger } from 'pino';
import { isProtectedTarget, readRequestPath, type RequestLine } from '../http/request-path.ts';
import { withBase } from '../http/site-base.ts';
import { redact } from '../http/describe-error.ts';
import { matchedRoute } from './matched-route.ts';

/** @param base the path under which the site lies; empty at the root. */
export function logRequests(log: Logger, base: string): Middleware {
  const secret = withBase(base, ['/api/']);
  return async (ctx, next) => {
    const beganMs = performance.now();
    await next();
    const { method, status } = ctx;
    const path = matchedRoute(ctx) ?? publicPath(ctx.path, secret);
    logRequest(log, { method, path, status, beganMs });
  };
}

interface Request {
  readonly method: string;
  /** Without anything secret. */
  readonly path: string;
  readonly status: number;
  /** By `performance.now()`. */
  readonly beganMs: number;
}

export function logRequest(log: Logger, { beganMs, ...request }: Request): void {
  log.info({ ...request, ms: Math.round(performance.now() - beganMs) }, 'request');
}

/** Normalizes the path first, so that its spelling doesn't matter. */
function publicPath(requestPath: RequestLine['path'], secret: readonly string[]): string {
  if (requestPath === null || isProtectedTarget(requestPath, secret)) return '…';
  return redact(readRequestPath(requestPath) ?? '…');
}
