// Where the owner has an address apart from the site: nothing of the owner's answers anywhere else, so the site's scripts can't reach it.
import type { Middleware } from 'koa';
import { HttpError } from '../http/http-error.ts';

/**
 * Answers 404 on every other host.
 * @param origin undefined: every host will do.
 */
export function onlyOnHost(origin: URL | undefined): Middleware {
  return async (ctx, next) => {
    if (origin && ctx.host.toLowerCase() !== origin.host) throw new HttpError(404, 'There is nothing here');
    await next();
  };
}
