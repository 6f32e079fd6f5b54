// The check before protected paths.
import type { Middleware } from 'koa';
import { ACCESS_HEADER, NO_ACCESS } from '../../sw/protocol.ts';
import { isUnder, readSitePath } from '../site/site-path.ts';
import type { AccessCookies } from './access-cookie.ts';
import { GATE_PATH } from './gate.ts';

/**
 * Leads a request for a protected path that carries no access to the gate, and from there back. What it lets through says
 * when the access ends, so that a device can keep it for reading offline until then, and no longer.
 */
export function requireAccess(protect: readonly string[], cookies: AccessCookies, now: () => number): Middleware {
  return async (ctx, next) => {
    const path = readSitePath(ctx.path);
    const isProtected = path !== undefined && isUnder(path, protect);
    const untilMs = isProtected ? cookies.grantedUntil(ctx, now()) : undefined;
    if (isProtected) {
      ctx.set('Cache-Control', 'private, no-cache');
      ctx.set(ACCESS_HEADER, untilMs === undefined ? NO_ACCESS : new Date(untilMs).toUTCString());
    }
    if (!isProtected || untilMs !== undefined) await next();
    else {
      ctx.status = 303;
      ctx.redirect(`${GATE_PATH}?next=${encodeURIComponent(ctx.path + ctx.search)}`);
    }
  };
}
