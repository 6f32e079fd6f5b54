// What the owner is shown: sessions and spans as JSON, times in ISO 8601 (UTC, milliseconds).
import type { StoredSpan } from '../store/session-store.ts';
import type { Session } from '../store/session.ts';

export interface SessionView {
  readonly id: string;
  readonly emailOfAccessor: string;
  readonly sessionStartTime: string;
  readonly sessionEndTime: string | null;
  readonly durationMs: number;
  readonly readingTimeMs: number;
  readonly currentPage: string | null;
  readonly mirrored: boolean;
}

export interface SpanView {
  readonly id: string;
  readonly page: string;
  readonly start: string;
  readonly end: string;
  /** It came by replay, more than a minute after its end. */
  readonly late: boolean;
  /** Only where the device's clock can't have been right: the times were bounded to what can be true. */
  readonly clamped?: true;
}

/** Each page's own reading time, in the order in which they were first read. */
export interface PageView {
  readonly page: string;
  readonly readingTimeMs: number;
}

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
