// Where the browser sends the gate's cookies.
import type { Context } from 'koa';

/** The attributes of a cookie that is answered to this request. */
type CookieScope = (ctx: Context) => string;

/**
 * @param isHttps the site uses https even if the request doesn't (behind a TLS-terminating proxy).
 * @param isFramed pages of other sites may show the site in a frame. Over https, its cookies are sent there, too, and are kept for each of
 * these sites apart (CHIPS).
 */
export function cookieScope(isHttps: boolean, isFramed = false): CookieScope {
  return (ctx) => {
    const isSecure = isHttps || ctx.secure;
    if (isFramed && isSecure) return '; Secure; SameSite=None; Partitioned';
    return `${isSecure ? '; Secure' : ''}; SameSite=Lax`;
  };
}
