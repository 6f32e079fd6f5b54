// Finds the invitation that a personal link belongs to.
import { hashOfKey } from '../store/key-hash.ts';
import type { Invitation, Invitations } from '../store/invitations.ts';

/** As `makeKey` makes them. */
const TOKEN = /^[\w-]{32}$/;

/**
 * Undefined if it can't be used: there is no such invitation, or it has expired or was revoked.
 * @param nowMs epoch milliseconds.
 */
export async function findUsable(
  invitations: Pick<Invitations, 'find'>,
  token: string | undefined,
  nowMs: number,
): Promise<Invitation | undefined> {
  if (token === undefined || !TOKEN.test(token)) return undefined;
  const found = await invitations.find(hashOfKey(token));
  return found && found.revokedMs === null && found.untilMs > nowMs ? found : undefined;
}
