// Makes a personal link, by which one reader comes.
import { INVITED_PATH } from '../gate/gate-paths.ts';
import { HttpError } from '../http/http-error.ts';
import type { Invitation, ListedInvitation } from '../store/invitations.ts';
import { hashOfKey, makeKey, makeLinkId } from '../store/key-hash.ts';
import type { SessionStore } from '../store/session-store.ts';

/** The list shows all of them. */
const MOST_INVITATIONS = 2_000;

/**
 * The link is shown once: the store has no token.
 * @param siteUrl where readers see the site, without a slash at its end.
 * @param nowMs epoch milliseconds.
 * @throws HttpError 409 if there are too many, or the reader is blocked.
 */
export async function makeInvitation(
  { invitations, blockedReaders }: Pick<SessionStore, 'invitations' | 'blockedReaders'>,
  options: Pick<Invitation, 'email' | 'pages' | 'untilMs'>,
  siteUrl: string,
  nowMs: number,
): Promise<{ readonly invitation: ListedInvitation; readonly link: string }> {
  if ((await invitations.list()).length >= MOST_INVITATIONS)
    throw new HttpError(409, `There are ${MOST_INVITATIONS} invitations already: revoke those that are not needed`);
  const { email, pages, untilMs } = options;
  if (await blockedReaders.has(email))
    throw new HttpError(409, 'You have taken the access of this reader: give it back first');
  const token = makeKey();
  const made = { id: makeLinkId(), email, pages, untilMs, createdMs: nowMs };
  await invitations.add({ ...made, hash: hashOfKey(token) });
  return {
    invitation: { ...made, revokedMs: null, openedMs: null, sessions: 0, isRead: false },
    link: `${siteUrl}${INVITED_PATH}#${token}`,
  };
}
