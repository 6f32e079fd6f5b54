// The path under which the site lies on its host, like `/work`: the one place that removes it from requests and adds it to
// answers. All other code knows only the site's own paths. The base is empty for a site at the root.
import type { Context, Middleware } from 'koa';

const COOKIE_PATH = /(?<=; *Path=)\/([^;]*)/i;

/**
 * Returns a path of the host, with or without query and fragment, as a path of the site. A path without the base stays as
 * it is: a proxy has removed the base.
 */
export function toSitePath(base: string, path: string): string {
  const rest = path.slice(base.length);
  if (base === '' || !path.startsWith(base) || !/^(?:[/?#]|$)/.test(rest)) return path;
  return rest.startsWith('/') ? rest : `/${rest}`;
}

/** Prefixes of the site as the host may see them: with and without the base. */
export function withBase(base: string, prefixes: readonly string[]): readonly string[] {
  return base === '' ? prefixes : [...prefixes, ...prefixes.map((prefix) => base.toLowerCase() + prefix)];
}

/**
 * Wraps middleware that knows only the site's paths. Removes the base from the request, and adds it to the redirects and
 * cookies of the answer. What comes after the middleware, in a host's server, gets the request and gives the answer unchanged.
 */
export function underBase(base: string, site: Middleware): Middleware {
  if (base === '') return site;
  return async (ctx, next) => {
    const { url } = ctx;
    const path = ctx.path as string | null;
    let isPassedOn = false;
    if (path !== null) ctx.path = toSitePath(base, path);
    try {
      await site(ctx, async () => {
        isPassedOn = true;
        ctx.url = url;
        await next();
      });
    } finally {
      ctx.url = url;
    }
    if (!isPassedOn) addBase(ctx, base);
  };
}

function addBase(ctx: Context, base: string): void {
  const { location, 'set-cookie': cookies } = ctx.response.headers;
  if (location?.startsWith('/')) ctx.redirect(base + location);
  if (cookies)
    ctx.set(
      'Set-Cookie',
      [cookies]
        .flat()
        .map((cookie) => cookie.replace(COOKIE_PATH, (_, rest: string) => (rest ? `${base}/${rest}` : base))),
    );
}
