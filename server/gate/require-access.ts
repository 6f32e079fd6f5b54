// The check before protected paths.
import type { Context, Middleware } from 'koa';
import type { Logger } from 'pino';
import { ACCESS_HEADER, NO_ACCESS } from '../../sw/protocol/delivery.ts';
import { describeError } from '../http/describe-error.ts';
import { isProtectedTarget, readRequestPath } from '../http/request-path.ts';
import type { AccessCheck } from './access-check.ts';
import { GATE_PATH } from './gate.ts';

const CACHING = 'private, no-cache';

/**
 * Redirects a request for a protected path that has no access to the gate, which leads back. A path without a single meaning is
 * refused (400), so that no host reads it in another way than this check. What passes says when the access ends, so that a
 * device can keep it for reading offline until then, and no longer.
 */
export function requireAccess(protect: readonly string[], access: AccessCheck, log: Logger): Middleware {
  const admit = admitReaders(access, log);
  return async (ctx, next) => {
    const targets = targetsOf(ctx);
    if (targets.some((target) => readRequestPath(target) === undefined)) refusePath(ctx);
    else if (targets.some((target) => isProtectedTarget(target, protect))) await admit(ctx, next);
    else await next();
  };
}

/** The check itself, whatever the path: for files that are protected under another name. */
export function admitReaders(access: AccessCheck, log: Logger): Middleware {
  return async (ctx, next) => {
    let untilMs: number | undefined;
    try {
      untilMs = await access.findEnd(ctx);
    } catch (error) {
      log.error({ err: describeError(error) }, 'access could not be checked');
      refuseForNow(ctx);
      return;
    }
    ctx.set('Cache-Control', CACHING);
    ctx.set('X-Robots-Tag', 'noindex');
    ctx.append('Content-Security-Policy', "frame-ancestors 'self'");
    ctx.set(ACCESS_HEADER, untilMs === undefined ? NO_ACCESS : new Date(untilMs).toUTCString());
    if (untilMs !== undefined) {
      await next();
      // A host may forbid more, but never let caches that readers share keep what is protected.
      if (!/private|no-store/i.test(ctx.response.get('Cache-Control'))) ctx.set('Cache-Control', CACHING);
    } else {
      ctx.status = 303;
      ctx.redirect(`${GATE_PATH}?next=${encodeURIComponent(ctx.path + ctx.search)}`);
    }
  };
}

/** Where there is no store to ask: what {@link requireAccess} would check stays closed, all else goes on. */
export function closeProtected(protect: readonly string[]): Middleware {
  return async (ctx, next) => {
    if (targetsOf(ctx).some((target) => isProtectedTarget(target, protect))) refuseForNow(ctx);
    else await next();
  };
}

/** As it was sent, and as a host's router, mount or rewrite may have left it for what comes after us. */
function targetsOf(ctx: Context): readonly string[] {
  const { originalUrl } = ctx.req as { originalUrl?: string };
  return [...new Set([ctx.originalUrl, ctx.url, originalUrl ?? ctx.url])];
}

/** The store can't be asked: protected pages stay closed. */
function refuseForNow(ctx: Context): void {
  ctx.status = 503;
  ctx.set('Retry-After', '5');
  ctx.body = 'These pages are not available at the moment. Please try again later.';
}

function refusePath(ctx: Context): void {
  ctx.status = 400;
  ctx.body = 'This address can not be read: it has "..", a backslash, or a broken % escape in its path.';
}
