// Protects readers from requests that other sites forge.
import type { Middleware } from 'koa';
import { HttpError } from './http-error.ts';

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Rejects (403) cross-site requests, based on Fetch Metadata if the browser sends it, otherwise on `Origin`. A request
 * with neither doesn't come from a page. Links from other sites (GET) are allowed.
 * @param publicOrigin the site's own origin, if a proxy hides it.
 * @param others additional origins that the owner has configured.
 */
export function csrf(publicOrigin: string | undefined, others: readonly string[]): Middleware {
  return async (ctx, next) => {
    if (!SAFE_METHODS.includes(ctx.method)) {
      // ctx.origin is unsuitable: since Koa 3 it is the request's Origin header.
      const site = ctx.get('sec-fetch-site');
      const origin = ctx.get('origin');
      const isOwn = site
        ? ['same-origin', 'none'].includes(site)
        : !origin || origin === (publicOrigin ?? `${ctx.protocol}://${ctx.host}`);
      if (!isOwn && !others.includes(origin)) throw new HttpError(403, 'Cross-site requests are not allowed');
    }
    await next();
  };
}
