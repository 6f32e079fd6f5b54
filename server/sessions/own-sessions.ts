// Which sessions readers may see and erase as their own. Anybody can type any address, so a typed one shows no more than the session of
// this access.
import type { OwnRecord } from '../../sw/protocol/owner-api.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';
import { walkSessions } from './walk-sessions.ts';

export function shownBy({ identity, invitationId }: Session): OwnRecord['shownBy'] {
  if (identity === 'confirmed') return 'reader';
  return identity === 'invited' && invitationId !== null ? 'invitation' : 'session';
}

/** Newest first. @param now epoch milliseconds. */
export async function* listOwnSessions(
  store: Pick<SessionStore, 'searchSessions'>,
  own: Session,
  now: number,
): AsyncGenerator<Session> {
  const shown = shownBy(own);
  if (shown === 'session') {
    yield own;
    return;
  }
  const ofReader = { filter: { reader: { email: own.email } }, sort: 'start' } as const;
  for await (const session of walkSessions(store, ofReader, now))
    if (shown === 'reader' || session.invitationId === own.invitationId) yield session;
}
