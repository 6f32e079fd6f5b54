// What the owner's API shows of personal links.
import type { InvitationView } from '../../sw/protocol/invitation-api.ts';
import type { ListedInvitation } from '../store/invitations.ts';
import { iso } from './views.ts';

export function viewInvitation(invitation: ListedInvitation): InvitationView {
  const { id, email, pages, createdMs, untilMs, openedMs, sessions } = invitation;
  return {
    id,
    email,
    pages,
    created: iso(createdMs),
    expires: iso(untilMs),
    opened: openedMs === null ? null : iso(openedMs),
    sessions,
    state: stateOf(invitation),
  };
}

function stateOf({ openedMs, sessions, isRead }: ListedInvitation): InvitationView['state'] {
  if (isRead) return 'read';
  if (sessions > 0) return 'used';
  return openedMs === null ? 'unopened' : 'opened';
}
