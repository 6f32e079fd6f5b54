// The signed cookie that opens the protected pages (the only user of keygrip). The readable one beside it only names the session.
import Keygrip from 'keygrip';
import type { Context } from 'koa';
import { FORGOTTEN_COOKIE, SESSION_COOKIE } from '../../sw/protocol/delivery.ts';
import { createCache } from '../http/cache.ts';

const ACCESS_COOKIE = 'stillhere_access';
const MAX_VERIFIED = 1_000;

/** What a signed cookie grants. */
export interface Grant {
  readonly sessionId: string;
  /** When the access ends, epoch milliseconds. */
  readonly untilMs: number;
}

export interface AccessCookies {
  /** Grants the reader of this request access to the session, from `nowMs` on for as long as access lasts. */
  grant(ctx: Context, sessionId: string, nowMs: number): void;
  /** The grant that this request carries, signed by us and not expired; undefined: none. */
  read(ctx: Context, nowMs: number): Grant | undefined;
  /** Tells the browser of this request to delete both cookies. */
  end(ctx: Context, nowMs: number): void;
}

/** @param isHttps the site is reached by https whatever the request says (a TLS-terminating proxy stands in front). */
export function accessCookies(secret: string, accessMs: number, isHttps: boolean): AccessCookies {
  const keys = new Keygrip([secret], 'sha256');
  /** By the cookie's text, only those whose signature is right: a page with its files sends the same one many times. */
  const verified = createCache<string, Grant>({ max: MAX_VERIFIED, ttlMs: 0 });
  const verify = (cookie: string): Grant | undefined => {
    const [, granted = '', sessionId = '', until = '', signature = ''] =
      cookie.match(/^(([\w-]+)\.(\d+))\.([\w-]+)$/) ?? [];
    return keys.verify(granted, signature) ? { sessionId, untilMs: Number(until) } : undefined;
  };
  return {
    grant(ctx, sessionId, nowMs) {
      // Not ctx.cookies.set: it refuses `secure` behind a proxy that terminates TLS, and writes `Expires`, which a device's wrong
      // clock would end too early, instead of `Max-Age`.
      const secure = isHttps || ctx.secure ? '; Secure' : '';
      const life = `; Path=/; Max-Age=${Math.floor(accessMs / 1000)}${secure}; SameSite=Lax`;
      const granted = `${sessionId}.${nowMs + accessMs}`;
      // Lax for the readable one, too: after a link from webmail Safari was reported to hide a Strict cookie from
      // `document.cookie`. It opens nothing by itself.
      ctx.append('Set-Cookie', [
        `${SESSION_COOKIE}=${sessionId}${life}`,
        `${ACCESS_COOKIE}=${granted}.${keys.sign(granted)}${life}; HttpOnly`,
      ]);
    },
    read(ctx, nowMs) {
      const cookie = ctx.cookies.get(ACCESS_COOKIE) ?? '';
      const grant = verified.get(cookie) ?? verify(cookie);
      if (grant) verified.set(cookie, grant);
      return grant && grant.untilMs > nowMs ? grant : undefined;
    },
    end(ctx, nowMs) {
      ctx.append('Set-Cookie', [
        // Pages that are open keep their session without its cookie, but not over this.
        `${FORGOTTEN_COOKIE}=${nowMs}; Path=/; SameSite=Lax`,
        `${SESSION_COOKIE}=; Path=/; Max-Age=0`,
        `${ACCESS_COOKIE}=; Path=/; Max-Age=0; HttpOnly`,
      ]);
    },
  };
}
