// The look-up of a session's access, for each request of a protected page.
import type { SQLOutputValue } from 'node:sqlite';
import type { Access } from '../session-store.ts';

/** Session. */
export const FIND_ACCESS = `SELECT email, identity, invitation_id AS invitationId, access_ended_ms AS accessEndedMs,
    access_pages AS accessPages,
    EXISTS (SELECT 1 FROM blocked_readers WHERE email = sessions.email) AS isBlocked
  FROM sessions WHERE id = ?`;

export function toAccess(row: object | undefined): Access | undefined {
  if (!row) return undefined;
  const found = row as Omit<Access, 'isBlocked'> & { readonly isBlocked: SQLOutputValue };
  return { ...found, isBlocked: found.isBlocked === 1 };
}
