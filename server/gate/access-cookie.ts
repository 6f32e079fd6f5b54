// The signed cookie that opens the protected pages (the only user of keygrip). The readable one beside it only names the session.
import Keygrip from 'keygrip';
import type { Context } from 'koa';
import { FORGOTTEN_COOKIE, SESSION_COOKIE } from '../../sw/protocol/delivery.ts';
import { createCache } from '../http/cache.ts';
import { cookieScope } from './cookie-scope.ts';

const ACCESS_COOKIE = 'stillhere_access';
const MAX_VERIFIED = 1_000;

/** The contents of a signed cookie. */
export interface Grant {
  readonly sessionId: string;
  /** When the access ends, in epoch milliseconds. */
  readonly untilMs: number;
}

export interface AccessCookies {
  /**
   * Grants the reader access to the session, starting at `nowMs`, for the configured duration.
   * @param isMeasured false: pages aren't told the session, so that they have nothing to measure for.
   */
  grant(ctx: Context, sessionId: string, nowMs: number, isMeasured?: boolean): void;
  /** The grant of this request, if its signature is valid and it has not expired. */
  read(ctx: Context, nowMs: number): Grant | undefined;
  /** Deletes both cookies in the request's browser. */
  end(ctx: Context, nowMs: number): void;
}

/** @param isHttps as of {@link cookieScope}, like `isFramed`. */
export function accessCookies(secret: string, accessMs: number, isHttps: boolean, isFramed = false): AccessCookies {
  const scopeOf = cookieScope(isHttps, isFramed);
  const keys = new Keygrip([secret], 'sha256');
  /** By the cookie's text, only those whose signature is right: a page with its files sends the same one many times. */
  const verified = createCache<string, Grant>({ max: MAX_VERIFIED, ttlMs: 0 });
  const verify = (cookie: string): Grant | undefined => {
    const [, granted = '', sessionId = '', until = '', signature = ''] =
      cookie.match(/^(([\w-]+)\.(\d+))\.([\w-]+)$/) ?? [];
    if (!keys.verify(granted, signature)) return undefined;
    const grant = { sessionId, untilMs: Number(until) };
    verified.set(cookie, grant);
    return grant;
  };
  // A partitioned cookie is only replaced by another one.
  const endScopeOf = (ctx: Context): string => (isFramed ? scopeOf(ctx) : '');
  const noSession = (ctx: Context): string => `${SESSION_COOKIE}=; Path=/; Max-Age=0${endScopeOf(ctx)}`;
  return {
    grant(ctx, sessionId, nowMs, isMeasured = true) {
      // Not ctx.cookies.set: it refuses `secure` behind a proxy that terminates TLS, and writes `Expires`, which a device's wrong
      // clock would end too early, instead of `Max-Age`.
      const life = `; Path=/; Max-Age=${Math.floor(accessMs / 1000)}${scopeOf(ctx)}`;
      const granted = `${sessionId}.${nowMs + accessMs}`;
      // The readable cookie is Lax, too: after a link from webmail, Safari was reported to hide a Strict cookie from
      // `document.cookie`. It gives no access by itself.
      ctx.append('Set-Cookie', [
        isMeasured ? `${SESSION_COOKIE}=${sessionId}${life}` : noSession(ctx),
        `${ACCESS_COOKIE}=${granted}.${keys.sign(granted)}${life}; HttpOnly`,
      ]);
    },
    read(ctx, nowMs) {
      const cookie = ctx.cookies.get(ACCESS_COOKIE) ?? '';
      const grant = verified.get(cookie) ?? verify(cookie);
      return grant && grant.untilMs > nowMs ? grant : undefined;
    },
    end(ctx, nowMs) {
      ctx.append('Set-Cookie', [
        // Open pages keep their session without its cookie, but stop when they see this cookie.
        `${FORGOTTEN_COOKIE}=${nowMs}; Path=/${isFramed ? scopeOf(ctx) : '; SameSite=Lax'}`,
        noSession(ctx),
        `${ACCESS_COOKIE}=; Path=/; Max-Age=0; HttpOnly${endScopeOf(ctx)}`,
      ]);
    },
  };
}
