// The signed cookie that opens the protected pages (the only user of keygrip). The readable one beside it only names the session.
import Keygrip from 'keygrip';
import type { Context } from 'koa';
import { FORGOTTEN_COOKIE, SESSION_COOKIE } from '../../sw/protocol/delivery.ts';
import { createCache } from '../http/cache.ts';
import { cookieName, type NamedText, type SitePlace } from '../http/cookie-name.ts';
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

/** @param isFramed as of {@link cookieScope}. */
export function accessCookies(secret: string, accessMs: number, place: SitePlace, isFramed = false): AccessCookies {
  const scopeOf = cookieScope(place.isHttps, isFramed);
  const named = cookieName(ACCESS_COOKIE, place);
  const keys = new Keygrip([secret], 'sha256');
  /** A text that was granted under a name with a prefix is worth nothing under another: that one could be planted. */
  const signed = (name: string, granted: string): string => (name === ACCESS_COOKIE ? granted : `${name}=${granted}`);
  /** By the whole cookie, only those whose signature is right: a page with its files sends the same one many times. */
  const verified = createCache<string, Grant>({ max: MAX_VERIFIED, ttlMs: 0 });
  const verify = ({ name, text }: NamedText): Grant | undefined => {
    const cookie = `${name}=${text}`;
    const known = verified.get(cookie);
    if (known) return known;
    const [, granted = '', sessionId = '', until = '', signature = ''] =
      text.match(/^(([\w-]+)\.(\d+))\.([\w-]+)$/) ?? [];
    if (!keys.verify(signed(name, granted), signature)) return undefined;
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
        `${named.of(ctx)}=${granted}.${keys.sign(signed(named.of(ctx), granted))}${life}; HttpOnly`,
      ]);
    },
    read(ctx, nowMs) {
      for (const cookie of named.read(ctx)) {
        const grant = verify(cookie);
        if (grant && grant.untilMs > nowMs) return grant;
      }
      return undefined;
    },
    end(ctx, nowMs) {
      ctx.append('Set-Cookie', [
        // Open pages keep their session without its cookie, but stop when they see this cookie.
        `${FORGOTTEN_COOKIE}=${nowMs}; Path=/${isFramed ? scopeOf(ctx) : '; SameSite=Lax'}`,
        noSession(ctx),
        ...named.toDelete(ctx).map((name) => `${name}=; Path=/; Max-Age=0; HttpOnly${scopeOf(ctx)}`),
      ]);
    },
  };
}
