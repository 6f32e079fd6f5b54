// Sessions and spans as the owner's API shows them.
import type { SessionView, SpanView } from '../../sw/protocol/owner-api.ts';
import type { StoredSpan } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';

export function viewSession(session: Session): SessionView {
  const { id, email, startMs, endMs, readingMs, currentPage, isMirrored } = session;
  return {
    id,
    emailOfAccessor: email,
    sessionStartTime: iso(startMs),
    sessionEndTime: endMs === null ? null : iso(endMs),
    durationMs: endMs === null ? 0 : endMs - startMs,
    readingTimeMs: readingMs,
    currentPage,
    mirrored: isMirrored,
  };
}

export function viewSpan({ id, page, startMs, endMs, isLate, isClamped }: StoredSpan): SpanView {
  return { id, page, start: iso(startMs), end: iso(endMs), late: isLate, ...(isClamped && { clamped: true }) };
}

export function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
