// Counts requests by route and status. A path can be anything, so only the patterns of Stillhere's own routes are named.
import type { Middleware } from 'koa';
import { matchedRoute } from './matched-route.ts';
import type { Metrics } from './metrics.ts';

/** The pages and files of the site, and paths that don't exist. */
const SITE = 'site';

/**
 * Belongs in front of everything that answers.
 * @param isWholeSite false: requests for other paths are the host's, and aren't counted.
 */
export function countRequests(metrics: Pick<Metrics, 'countRequest'>, isWholeSite: boolean): Middleware {
  return async (ctx, next) => {
    await next();
    const route = matchedRoute(ctx);
    if (route !== undefined || isWholeSite) metrics.countRequest(route ?? SITE, ctx.status);
  };
}
