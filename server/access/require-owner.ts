// The check before the owner's API.
import type { Middleware } from 'koa';
import { HttpFailure } from '../http/http-failure.ts';
import { isSame } from './access-cookie.ts';

/** Lets through what carries `Authorization: Bearer <owner's token>`; everything else gets 401. */
export function requireOwner(ownerToken: string): Middleware {
  return async (ctx, next) => {
    ctx.set('Cache-Control', 'no-store');
    const [, token = ''] = ctx.get('authorization').match(/^Bearer (.+)$/i) ?? [];
    if (!isSame(token, ownerToken)) {
      ctx.set('WWW-Authenticate', 'Bearer');
      throw new HttpFailure(401, 'Send the header "Authorization: Bearer <OWNER_TOKEN>"');
    }
    await next();
  };
}
