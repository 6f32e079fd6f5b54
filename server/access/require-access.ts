// The check before protected paths.
import type { Middleware } from 'koa';
import { isUnder, readSitePath } from '../site/site-path.ts';
import type { AccessCookies } from './access-cookie.ts';
import { GATE_PATH } from './gate.ts';

/** Leads a request for a protected path that carries no access to the gate, and from there back. */
export function requireAccess(protect: readonly string[], cookies: AccessCookies, now: () => number): Middleware {
  return async (ctx, next) => {
    const path = readSitePath(ctx.path);
    const isProtected = path !== undefined && isUnder(path, protect);
    if (isProtected) ctx.set('Cache-Control', 'private, no-cache');
    if (!isProtected || cookies.isGranted(ctx, now())) await next();
    else {
      ctx.status = 303;
      ctx.redirect(`${GATE_PATH}?next=${encodeURIComponent(ctx.path + ctx.search)}`);
    }
  };
}
