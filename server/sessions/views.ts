// What the owner's API shows.
import type {
  BucketView,
  DayView,
  ExportedSession,
  PageTotalsView,
  PageView,
  ReaderView,
  SessionView,
  ShareView,
  SpanView,
  VisitView,
} from '../../sw/protocol/owner-api.ts';
import type { PageTime } from '../store/page-times.ts';
import type { StoredSpan } from '../store/session-store.ts';
import { seenOf, stateOf } from '../store/session-state.ts';
import { knownReadingMs, type Session } from '../store/session.ts';
import type { Share } from '../store/shares.ts';
import type { DayTotals, Distribution, PageTotals, ReaderTotals } from '../store/totals.ts';
import type { Visit } from '../store/visits.ts';

/** @param now epoch milliseconds. */
export function viewSession(session: Session, now: number): SessionView {
  const { id, ref, email, identity, startMs, endMs, offlineMs, endKnownBy, currentPage } = session;
  return {
    id,
    ref,
    emailOfAccessor: email,
    identity,
    sessionStartTime: iso(startMs),
    sessionEndTime: endMs === null ? null : iso(endMs),
    durationMs: endMs === null ? 0 : endMs - startMs,
    readingTimeMs: knownReadingMs(session),
    offlineMs,
    endKnownBy,
    state: stateOf(seenOf(session), now),
    currentPage,
    measured: session.isMeasured,
    mirrored: session.isMirrored,
    excluded: session.isExcluded,
    accessEndedTime: session.accessEndedMs === null ? null : iso(session.accessEndedMs),
  };
}

export function viewSpan(span: StoredSpan): SpanView {
  const { id, page, startMs, endMs, isLate, isClosed, isReplayed, receivedMs, isClamped } = span;
  return {
    id,
    page,
    start: iso(startMs),
    end: iso(endMs),
    late: isLate,
    closed: isClosed,
    replayed: isReplayed,
    ...(receivedMs !== null && { receivedAt: iso(receivedMs) }),
    ...(isClamped && { clamped: true }),
  };
}

/** @param now epoch milliseconds. */
export function viewExported(session: Session, now: number): ExportedSession {
  const { id: _, ...exported } = viewSession(session, now);
  return exported;
}

export function viewPage({ page, readingMs, isOpened }: PageTime): PageView {
  return { page, readingTimeMs: readingMs, ...(isOpened && { opened: true }) };
}

export function viewVisit({ startMs, endMs, readingMs }: Visit): VisitView {
  return { start: iso(startMs), end: iso(endMs), readingTimeMs: readingMs };
}

export function viewDistribution({ buckets }: Distribution): readonly BucketView[] {
  return buckets.map(({ startMs, endMs, sessions }) => ({
    fromMs: Math.round(startMs),
    toMs: Math.round(endMs),
    sessions,
  }));
}

export function viewReader(reader: ReaderTotals): ReaderView {
  const { id, email, sessions, opened, visits, readingMs, medianMs, firstMs, lastMs } = reader;
  return {
    id,
    emailOfAccessor: email,
    sessions,
    opened,
    visits,
    readingTimeMs: readingMs,
    medianReadingTimeMs: medianMs,
    firstSeen: iso(firstMs),
    lastSeen: iso(lastMs),
  };
}

export function viewPageTotals(page: PageTotals): PageTotalsView {
  const { id, name, sessions, readers, readingMs, medianMs, lastMs } = page;
  return {
    id,
    page: name,
    sessions,
    readers,
    readingTimeMs: readingMs,
    medianReadingTimeMs: medianMs,
    lastRead: iso(lastMs),
    distribution: viewDistribution(page),
  };
}

export function viewDay(totals: DayTotals): DayView {
  const { day, startMs, endMs, sessions, opened, visits, readers, readingMs, medianMs, refused } = totals;
  return {
    day,
    start: iso(startMs),
    end: iso(endMs),
    sessions,
    opened,
    visits,
    readers,
    readingTimeMs: readingMs,
    medianReadingTimeMs: medianMs,
    refused,
  };
}

export function viewShare({ id, label, pages, createdMs, untilMs, lastUsedMs }: Share): ShareView {
  return {
    id,
    label,
    pages,
    created: iso(createdMs),
    expires: iso(untilMs),
    lastUsed: lastUsedMs === null ? null : iso(lastUsedMs),
  };
}

export function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
