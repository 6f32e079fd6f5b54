// The cookie of a browser that opened a share's link. Only the API gets it, and no script can read it.
import type { Context } from 'koa';

const SHARE_COOKIE = 'stillhere_share';
const SCOPE = 'Path=/api; HttpOnly; SameSite=Strict';

/** @param isHttps the site uses https even if the request doesn't (behind a TLS-terminating proxy). */
export function setShareCookie(ctx: Context, token: string, seconds: number, isHttps: boolean): void {
  const secure = isHttps || ctx.secure ? '; Secure' : '';
  ctx.append('Set-Cookie', `${SHARE_COOKIE}=${token}; Max-Age=${seconds}; ${SCOPE}${secure}`);
}

export function readShareCookie(ctx: Context): string {
  return ctx.cookies.get(SHARE_COOKIE) ?? '';
}

export function deleteShareCookie(ctx: Context): void {
  if (readShareCookie(ctx) !== '') ctx.append('Set-Cookie', `${SHARE_COOKIE}=; Max-Age=0; ${SCOPE}`);
}
