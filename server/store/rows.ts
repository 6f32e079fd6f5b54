// Rows of the tables as the values that the store returns.
import type { Selectable } from 'kysely';
import type { Tables } from './schema.ts';
import type { StoredSpan } from './session-store.ts';
import type { Session } from './session.ts';

/** @param row with the revision that NocoDB was told. */
export function toSession(row: Selectable<Tables['sessions']> & { readonly told_revision: number | null }): Session {
  return {
    id: row.id,
    ref: row.ref,
    email: row.email,
    identity: row.identity,
    invitationId: row.invitation_id,
    isMeasured: row.is_measured === 1,
    accessPages: row.access_pages,
    startMs: row.start_ms,
    endMs: row.end_ms,
    readingMs: row.reading_ms,
    offlineMs: row.offline_ms,
    endKnownBy: row.end_known_by,
    nextBeatMs: row.next_beat_ms,
    currentPage: row.current_page,
    accessEndedMs: row.access_ended_ms,
    isExcluded: row.is_excluded === 1,
    isMirrored: row.told_revision === row.revision,
  };
}

export function toSpan(row: Selectable<Tables['spans']>): StoredSpan {
  return {
    id: row.id,
    page: row.page,
    startMs: row.start_ms,
    endMs: row.end_ms,
    isLate: row.is_late === 1,
    isClamped: row.is_clamped === 1,
    isClosed: row.is_closed === 1,
    isReplayed: row.is_replayed === 1,
    receivedMs: row.received_ms,
  };
}
