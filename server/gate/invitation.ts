// Finds the invitation that a personal link belongs to.
import { hashOfKey } from '../store/key-hash.ts';
import type { Invitation } from '../store/invitations.ts';
import type { SessionStore } from '../store/session-store.ts';

/** As `makeKey` makes them. */
const TOKEN = /^[\w-]{32}$/;

/**
 * Undefined if it can't be used: there is no such invitation, it has expired or was revoked, or the owner lets its reader in no more.
 * @param nowMs epoch milliseconds.
 */
export async function findUsable(
  { invitations, blockedReaders }: Pick<SessionStore, 'invitations' | 'blockedReaders'>,
  token: string | undefined,
  nowMs: number,
): Promise<Invitation | undefined> {
  if (token === undefined || !TOKEN.test(token)) return undefined;
  const found = await invitations.find(hashOfKey(token));
  if (!found || found.revokedMs !== null || found.untilMs <= nowMs) return undefined;
  return (await blockedReaders.has(found.email)) ? undefined : found;
}
