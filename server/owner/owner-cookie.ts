// The cookie of an owner who has logged in. Only the API gets it, and no script can read it.
import type { Context } from 'koa';
import { LOGIN_SECONDS } from './owner-key.ts';

const OWNER_COOKIE = 'stillhere_owner';
const SCOPE = 'Path=/api; HttpOnly; SameSite=Strict';

/** @param isHttps the site uses https even if the request doesn't (behind a TLS-terminating proxy). */
export function setOwnerCookie(ctx: Context, key: string, isHttps: boolean): void {
  const secure = isHttps || ctx.secure ? '; Secure' : '';
  ctx.append('Set-Cookie', `${OWNER_COOKIE}=${key}; Max-Age=${LOGIN_SECONDS}; ${SCOPE}${secure}`);
}

export function readOwnerCookie(ctx: Context): string {
  return ctx.cookies.get(OWNER_COOKIE) ?? '';
}

export function deleteOwnerCookie(ctx: Context): void {
  ctx.append('Set-Cookie', `${OWNER_COOKIE}=; Max-Age=0; ${SCOPE}`);
}
