// The checks before the owner's API (the only user of tsscmp).
import type { Context, Middleware } from 'koa';
import tsscmp from 'tsscmp';
import { HttpError } from '../http/http-error.ts';
import type { OwnerKeys } from '../store/owner-keys.ts';
import type { Shares } from '../store/shares.ts';
import { openShare } from './open-share.ts';
import { isValidOwnerKey } from './owner-key.ts';
import type { ViewerCookie, ViewerCookies } from './viewer-cookie.ts';

/** Whether the request carries `Authorization: Bearer <owner's token>`. */
export function isOwner(ctx: Context, ownerToken: string): boolean {
  return isBearer(ctx.get('authorization'), ownerToken);
}

/** Whether the header `Authorization` is `Bearer <token>`. In constant time. */
export function isBearer(authorization = '', token: string): boolean {
  const [, given = ''] = authorization.match(/^Bearer (.+)$/i) ?? [];
  return isOwnerToken(given, token);
}

/** In constant time. */
export function isOwnerToken(token: string, ownerToken: string): boolean {
  return tsscmp(token, ownerToken);
}

export interface ViewerCheck {
  readonly ownerToken: string;
  readonly keys: OwnerKeys;
  readonly shares: Shares;
  readonly cookies: ViewerCookies;
  /** Where the owner's pages are. */
  readonly path: string;
  /** Server time in epoch milliseconds. */
  readonly now: () => number;
}

/**
 * Answers 401 unless the request carries the owner's token, the cookie of a login, or that of a share, which is then `ctx.state.share`. A
 * request with a token is judged by it alone. A share comes before a login: owners who open a link see what it shows.
 */
export function requireViewer({ ownerToken, keys, shares, cookies, path, now }: ViewerCheck): Middleware {
  return async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    if (!isOwner(ctx, ownerToken)) {
      const held = ctx.get('authorization')
        ? undefined
        : { share: cookies.share.read(ctx), login: cookies.owner.read(ctx) };
      if (held?.share) ctx.state['share'] = await openOrForget(ctx, shares, cookies.share, now());
      else if (!held?.login || !(await isValidOwnerKey(keys, 'login', held.login, now()))) {
        ctx.set('WWW-Authenticate', 'Bearer');
        throw new HttpError(401, `Log in at ${path}, or send the header "Authorization: Bearer <OWNER_TOKEN>"`);
      }
    }
    await next();
  };
}

/** Comes after {@link requireViewer}. Answers 403 to the holder of a share. */
export const refuseShares: Middleware = async (ctx, next) => {
  if (ctx.state['share'] !== undefined)
    throw new HttpError(403, 'A shared link only shows what was read: this is for the owner');
  await next();
};

/** One that shows nothing any more must not hide a login. */
async function openOrForget(ctx: Context, shares: Shares, cookie: ViewerCookie, nowMs: number): Promise<unknown> {
  try {
    return await openShare(shares, cookie.read(ctx), nowMs);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    cookie.delete(ctx);
    ctx.set('WWW-Authenticate', 'Bearer');
    throw error;
  }
}
