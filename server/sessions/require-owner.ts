// The check before the owner's API (the only user of tsscmp).
import type { Context, Middleware } from 'koa';
import tsscmp from 'tsscmp';
import { HttpError } from '../http/http-error.ts';

/** Whether the request carries `Authorization: Bearer <owner's token>`. */
export function isOwner(ctx: Context, ownerToken: string): boolean {
  const [, token = ''] = ctx.get('authorization').match(/^Bearer (.+)$/i) ?? [];
  // In constant time.
  return tsscmp(token, ownerToken);
}

/** Answers 401 unless the request carries the owner's token. */
export function requireOwner(ownerToken: string): Middleware {
  return async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    if (!isOwner(ctx, ownerToken)) {
      ctx.set('WWW-Authenticate', 'Bearer');
      throw new HttpError(401, 'Send the header "Authorization: Bearer <OWNER_TOKEN>"');
    }
    await next();
  };
}
