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

type Held = Pick<ReaderAccess, 'pages'>;
const NOT_HELD: Held = { pages: null };

export interface ReaderAccess {
  /** When it ends, in epoch milliseconds. */
  readonly untilMs: number;
  /** The only path prefix to which it is access; null: all of them. */
  readonly pages: string | null;
}

export interface AccessCheck {
  /** Undefined if this request has no access. Rejects if the store can't be read. Then no one must be let in. */
  find(ctx: Context): Promise<ReaderAccess | undefined>;
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
  const known = createCache<string, Held>({ max: MAX_SESSIONS, ttlMs: FRESH_MS });
  const look = async (sessionId: string): Promise<Held> => {
    const found = await store.findAccess(sessionId);
    const isHeld = found !== undefined && found.accessEndedMs === null && isAllowed(found.email, allow);
    return isHeld ? { pages: found.accessPages } : NOT_HELD;
  };
  return {
    holds: async (sessionId) => (await look(sessionId)) !== NOT_HELD,
    async find(ctx) {
      const grant = cookies.read(ctx, now());
      if (!grant) return undefined;
      let held = known.get(grant.sessionId);
      if (held === undefined) {
        held = await look(grant.sessionId);
        known.set(grant.sessionId, held);
      }
      return held === NOT_HELD ? undefined : { untilMs: grant.untilMs, pages: held.pages };
    },
    async end(ctx) {
      const grant = cookies.read(ctx, now());
      if (grant) {
        await store.endAccess(grant.sessionId, now());
        known.set(grant.sessionId, NOT_HELD);
      }
      cookies.end(ctx, now());
    },
  };
}
