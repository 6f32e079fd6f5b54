// Decides whether a request has access now. The cookie names the grant; the store and the allow list decide whether it
// is still valid. Access ends with its session, with "Forget this device", and when an address is removed from the
// list.
import type { Context } from 'koa';
import { createCache } from '../http/cache.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { AccessCookies } from './access-cookie.ts';
import { isAllowed } from './email-address.ts';

/** The maximum age of a cached answer. Another process may have ended the access meanwhile. */
const FRESH_MS = 3_000;
const MAX_SESSIONS = 10_000;

export interface AccessCheck {
  /**
   * When the access of this request ends, in epoch milliseconds; undefined if it has none. Rejects if the store can't
   * be read. Then no one must be let in.
   */
  findEnd(ctx: Context): Promise<number | undefined>;
  /** True if the session's access is not revoked. Reads the store, not the cache. */
  holds(sessionId: string): Promise<boolean>;
  /** Ends the access of this request on the server and in its browser. Copies of its cookie stop working. */
  end(ctx: Context): Promise<void>;
}

/**
 * @param allow addresses and domains; empty: everyone.
 * @param now server time in epoch milliseconds.
 */
export function createAccessCheck(
  cookies: AccessCookies,
  store: Pick<SessionStore, 'findAccess' | 'endAccess'>,
  allow: readonly string[],
  now: () => number,
): AccessCheck {
  const known = createCache<string, boolean>({ max: MAX_SESSIONS, ttlMs: FRESH_MS });
  const holds = async (sessionId: string): Promise<boolean> => {
    const found = await store.findAccess(sessionId);
    return found !== undefined && found.accessEndedMs === null && isAllowed(found.email, allow);
  };
  return {
    holds,
    async findEnd(ctx) {
      const grant = cookies.read(ctx, now());
      if (!grant) return undefined;
      let isHeld = known.get(grant.sessionId);
      if (isHeld === undefined) {
        isHeld = await holds(grant.sessionId);
        known.set(grant.sessionId, isHeld);
      }
      return isHeld ? grant.untilMs : undefined;
    },
    async end(ctx) {
      const grant = cookies.read(ctx, now());
      if (grant) {
        await store.endAccess(grant.sessionId, now());
        known.set(grant.sessionId, false);
      }
      cookies.end(ctx, now());
    },
  };
}
