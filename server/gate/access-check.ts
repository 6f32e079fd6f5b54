// Decides whether a request has access now. The cookie names the grant; the store and the allow list decide whether it
// is still valid. Access ends with its session, with "Forget this device", with its invitation, when the owner takes it back, and
// when the settings no longer let its reader in: at the next request, so nothing is cached. The look-up takes 8 µs
// (docs/internals/store.md).
import type { Context } from 'koa';
import type { Access, SessionStore } from '../store/session-store.ts';
import type { AccessCookies } from './access-cookie.ts';
import { isStillAdmitted, type Admission } from './admission.ts';

export interface ReaderAccess {
  readonly sessionId: string;
  /** When it ends, in epoch milliseconds. */
  readonly untilMs: number;
  /** The only path prefix to which it is access; null: all of them. */
  readonly pages: string | null;
  /** The invitation by which the reader came; null: by none. */
  readonly invitationId: string | null;
}

export interface AccessCheck {
  /** Undefined if this request has no access. Rejects if the store can't be read. Then no one must be let in. */
  find(ctx: Context): Promise<ReaderAccess | undefined>;
  /** True if the session's access is not revoked. */
  holds(sessionId: string): Promise<boolean>;
  /** Ends the access of this request on the server and in its browser. Copies of its cookie stop working. */
  end(ctx: Context): Promise<void>;
}

/**
 * @param admission what the settings ask of readers.
 * @param now server time in epoch milliseconds.
 */
export function createAccessCheck(
  cookies: AccessCookies,
  store: Pick<SessionStore, 'findAccess' | 'endAccess'>,
  admission: Admission,
  now: () => number,
): AccessCheck {
  const look = async (sessionId: string): Promise<Access | undefined> => {
    const found = await store.findAccess(sessionId);
    return found && found.accessEndedMs === null && !found.isBlocked && isStillAdmitted(found, admission)
      ? found
      : undefined;
  };
  return {
    holds: async (sessionId) => (await look(sessionId)) !== undefined,
    async find(ctx) {
      const grant = cookies.read(ctx, now());
      const held = grant && (await look(grant.sessionId));
      return held && { ...grant, pages: held.accessPages, invitationId: held.invitationId };
    },
    async end(ctx) {
      const grant = cookies.read(ctx, now());
      if (grant) await store.endAccess(grant.sessionId, now());
      cookies.end(ctx, now());
    },
  };
}
