// Sessions and spans as the owner's API shows them.
import type { SessionView, SpanView } from '../../sw/protocol/owner-api.ts';
import type { StoredSpan } from '../store/session-store.ts';
import { seenOf, stateOf } from '../store/session-state.ts';
import type { Session } from '../store/session.ts';

/** @param now epoch milliseconds. */
export function viewSession(session: Session, now: number): SessionView {
  const { id, ref, email, startMs, endMs, readingMs, offlineMs, endKnownBy, currentPage, isMirrored } = session;
  return {
    id,
    ref,
    emailOfAccessor: email,
    sessionStartTime: iso(startMs),
    sessionEndTime: endMs === null ? null : iso(endMs),
    durationMs: endMs === null ? 0 : endMs - startMs,
    readingTimeMs: readingMs,
    offlineMs,
    endKnownBy,
    state: stateOf(seenOf(session), now),
    currentPage,
    mirrored: isMirrored,
  };
}

export function viewSpan({ id, page, startMs, endMs, isLate, isClosed, isReplayed, isClamped }: StoredSpan): SpanView {
  return {
    id,
    page,
    start: iso(startMs),
    end: iso(endMs),
    late: isLate,
    closed: isClosed,
    replayed: isReplayed,
    ...(isClamped && { clamped: true }),
  };
}

export function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
