// The check before the owner's API (the only user of tsscmp).
import type { Context, Middleware } from 'koa';
import tsscmp from 'tsscmp';
import { HttpError } from '../http/http-error.ts';
import type { OwnerKeys } from '../store/owner-keys.ts';
import { isValidOwnerKey } from './owner-key.ts';
import { readOwnerCookie } from './owner-cookie.ts';

/** Whether the request carries `Authorization: Bearer <owner's token>`. */
export function isOwner(ctx: Context, ownerToken: string): boolean {
  const [, token = ''] = ctx.get('authorization').match(/^Bearer (.+)$/i) ?? [];
  return isOwnerToken(token, ownerToken);
}

/** In constant time. */
export function isOwnerToken(token: string, ownerToken: string): boolean {
  return tsscmp(token, ownerToken);
}

/**
 * Answers 401 unless the request carries the owner's token, or the cookie of a login.
 * @param now returns the server's time in epoch milliseconds.
 */
export function requireOwner(ownerToken: string, keys: OwnerKeys, now: () => number): Middleware {
  return async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    if (!isOwner(ctx, ownerToken) && !(await isLoggedIn(ctx, keys, now()))) {
      ctx.set('WWW-Authenticate', 'Bearer');
      throw new HttpError(401, 'Log in at /owner, or send the header "Authorization: Bearer <OWNER_TOKEN>"');
    }
    await next();
  };
}

/** A request with a token is judged by it alone. */
async function isLoggedIn(ctx: Context, keys: OwnerKeys, nowMs: number): Promise<boolean> {
  const key = ctx.get('authorization') ? '' : readOwnerCookie(ctx);
  return key !== '' && isValidOwnerKey(keys, 'login', key, nowMs);
}
