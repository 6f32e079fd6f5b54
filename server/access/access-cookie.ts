// The signed cookie that opens the protected pages. The readable one beside it only names the session.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import { SESSION_COOKIE } from '../../sw/protocol.ts';

const ACCESS_COOKIE = 'stillhere_access';

export interface AccessCookies {
  /** Grants the reader of this request access to the session, from `nowMs` on for as long as access lasts. */
  grant(ctx: Context, sessionId: string, nowMs: number): void;
  /** When the access ends that we gave and that the request carries, epoch milliseconds; undefined: it carries none. */
  grantedUntil(ctx: Context, nowMs: number): number | undefined;
  /** The browser of this request forgets what it was given. */
  end(ctx: Context): void;
}

/** @param isHttps the site is reached by https whatever the request says (a proxy in front ends it). */
export function accessCookies(secret: string, accessMs: number, isHttps: boolean): AccessCookies {
  const sign = (granted: string): string => createHmac('sha256', secret).update(granted).digest('base64url');
  return {
    grant(ctx, sessionId, nowMs) {
      // Set by hand and not with ctx.cookies.set, which refuses `secure` behind a proxy that ends https.
      const secure = isHttps || ctx.secure ? '; Secure' : '';
      const life = `; Path=/; Max-Age=${Math.floor(accessMs / 1000)}${secure}`;
      const granted = `${sessionId}.${nowMs + accessMs}`;
      ctx.append('Set-Cookie', [
        `${SESSION_COOKIE}=${sessionId}${life}; SameSite=Strict`,
        `${ACCESS_COOKIE}=${granted}.${sign(granted)}${life}; SameSite=Lax; HttpOnly`,
      ]);
    },
    grantedUntil(ctx, nowMs) {
      const [, granted = '', until = '', signature = ''] =
        ctx.cookies.get(ACCESS_COOKIE)?.match(/^([\w-]+\.(\d+))\.([\w-]+)$/) ?? [];
      return isSame(signature, sign(granted)) && Number(until) > nowMs ? Number(until) : undefined;
    },
    end(ctx) {
      ctx.append('Set-Cookie', [
        `${SESSION_COOKIE}=; Path=/; Max-Age=0`,
        `${ACCESS_COOKIE}=; Path=/; Max-Age=0; HttpOnly`,
      ]);
    },
  };
}

/** Compares without telling by its duration where the two differ. */
export function isSame(given: string, right: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(given), digest(right));
}
