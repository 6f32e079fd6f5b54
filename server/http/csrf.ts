// Protects readers from requests that other sites forge.
import type { Context, Middleware } from 'koa';
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
      if (!isSameOrigin(ctx, publicOrigin) && !others.includes(ctx.get('origin')))
        throw new HttpError(403, 'Cross-site requests are not allowed');
    }
    await next();
  };
}

/**
 * Rejects (403) requests of pages on other origins, whatever the method, also links: for answers that are only for the site's own pages.
 * @param publicOrigin the site's own origin, if a proxy hides it.
 */
export function sameOriginOnly(publicOrigin: string | undefined): Middleware {
  return async (ctx, next) => {
    if (!isSameOrigin(ctx, publicOrigin)) throw new HttpError(403, 'Requests of other sites are not allowed');
    await next();
  };
}

function isSameOrigin(ctx: Context, publicOrigin: string | undefined): boolean {
  const site = ctx.get('sec-fetch-site');
  if (site) return ['same-origin', 'none'].includes(site);
  const origin = ctx.get('origin');
  // ctx.origin is unsuitable: since Koa 3 it is the request's Origin header.
  return !origin || origin === (publicOrigin ?? `${ctx.protocol}://${ctx.host}`);
}
