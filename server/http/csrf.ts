// Keeps other sites from speaking in a reader's name.
import type { Middleware } from 'koa';
import { HttpError } from './http-error.ts';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Refuses (403) what another site makes a reader's browser send: by Fetch Metadata where the browser tells it, else by
 * `Origin`. A request with neither comes from no page. Links from other sites (GET) are welcome.
 * @param publicOrigin the site's own origin where a proxy hides it.
 * @param others origins that the owner has named.
 */
export function csrf(publicOrigin: string | undefined, others: readonly string[] = []): Middleware {
  return async (ctx, next) => {
    if (!SAFE_METHODS.includes(ctx.method)) {
      // Not ctx.origin: since Koa 3 that is the request's own Origin header.
      const site = ctx.get('sec-fetch-site');
      const origin = ctx.get('origin');
      const isOwn = site
        ? ['same-origin', 'none'].includes(site)
        : !origin || origin === (publicOrigin ?? `${ctx.protocol}://${ctx.host}`);
      if (!isOwn && !others.includes(origin))
        throw new HttpError(403, 'This address takes requests from its own site only');
    }
    await next();
  };
}
