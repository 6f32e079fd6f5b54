// What the owner's export of a reader shows besides sessions.
import type { ReaderExport } from '../../sw/protocol/owner-api.ts';
import type { KeptWithAddress } from '../store/kept-with-address.ts';
import { iso } from './views.ts';

export function viewKept(
  emailOfAccessor: string,
  { invitations, codes, refused, blockedSinceMs, isExcluded }: KeptWithAddress,
): Omit<ReaderExport, 'sessions'> {
  return {
    emailOfAccessor,
    excluded: isExcluded,
    blockedSince: blockedSinceMs === undefined ? null : iso(blockedSinceMs),
    refused: refused ? { tries: refused.tries, firstTry: iso(refused.firstMs), lastTry: iso(refused.lastMs) } : null,
    invitations: invitations.map(({ pages, createdMs, untilMs, revokedMs, openedMs }) => ({
      pages,
      created: iso(createdMs),
      expires: iso(untilMs),
      revoked: revokedMs === null ? null : iso(revokedMs),
      opened: openedMs === null ? null : iso(openedMs),
    })),
    codes: codes.map(({ next, sentMs, untilMs }) => ({ page: next, sent: iso(sentMs), expires: iso(untilMs) })),
  };
}
