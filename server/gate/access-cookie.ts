// The signed cookie that gives access to protected pages. The cookie that scripts can read only names the session.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'koa';
import { FORGOTTEN_COOKIE, SESSION_COOKIE } from '../../sw/protocol/delivery.ts';

const ACCESS_COOKIE = 'stillhere_access';

/** The contents of a signed cookie. */
export interface Grant {
  readonly sessionId: string;
  /** When the access ends, in epoch milliseconds. */
  readonly untilMs: number;
}

export interface AccessCookies {
  /** Grants the reader access to the session, starting at `nowMs`, for the configured duration. */
  grant(ctx: Context, sessionId: string, nowMs: number): void;
  /** The grant of this request, if its signature is valid and it has not expired. */
  read(ctx: Context, nowMs: number): Grant | undefined;
  /** Deletes both cookies in the request's browser. */
  end(ctx: Context, nowMs: number): void;
}

/** @param isHttps the site uses https even if the request doesn't (behind a TLS-terminating proxy). */
export function accessCookies(secret: string, accessMs: number, isHttps: boolean): AccessCookies {
  const sign = (granted: string): string => createHmac('sha256', secret).update(granted).digest('base64url');
  return {
    grant(ctx, sessionId, nowMs) {
      // ctx.cookies.set would refuse `secure` behind a TLS-terminating proxy.
      const secure = isHttps || ctx.secure ? '; Secure' : '';
      const life = `; Path=/; Max-Age=${Math.floor(accessMs / 1000)}${secure}; SameSite=Lax`;
      const granted = `${sessionId}.${nowMs + accessMs}`;
      // The readable cookie is Lax, too: after a link from webmail, Safari was reported to hide a Strict cookie from
      // `document.cookie`. It gives no access by itself.
      ctx.append('Set-Cookie', [
        `${SESSION_COOKIE}=${sessionId}${life}`,
        `${ACCESS_COOKIE}=${granted}.${sign(granted)}${life}; HttpOnly`,
      ]);
    },
    read(ctx, nowMs) {
      const [, granted = '', sessionId = '', until = '', signature = ''] =
        ctx.cookies.get(ACCESS_COOKIE)?.match(/^(([\w-]+)\.(\d+))\.([\w-]+)$/) ?? [];
      const untilMs = Number(until);
      return isEqualSecret(signature, sign(granted)) && untilMs > nowMs ? { sessionId, untilMs } : undefined;
    },
    end(ctx, nowMs) {
      ctx.append('Set-Cookie', [
        // Open pages keep their session without its cookie, but stop when they see this cookie.
        `${FORGOTTEN_COOKIE}=${nowMs}; Path=/; SameSite=Lax`,
        `${SESSION_COOKIE}=; Path=/; Max-Age=0`,
        `${ACCESS_COOKIE}=; Path=/; Max-Age=0; HttpOnly`,
      ]);
    },
  };
}

/** Compares in constant time. */
export function isEqualSecret(given: string, right: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(given), digest(right));
}
