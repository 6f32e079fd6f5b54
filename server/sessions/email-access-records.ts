// Sessions in the form of the original's NocoDB records, for code that was written for it.
import type { PageView } from '../../sw/protocol/owner-api.ts';
import type { OlderRow } from '../nocodb/older-rows.ts';
import { PageTimes } from '../store/page-times.ts';
import type { StoredSpan } from '../store/session-store.ts';
import { knownReadingMs, type Session } from '../store/session.ts';
import { iso, viewPage } from './views.ts';

/** A session in the form of the original NocoDB records. */
export interface EmailAccessRecord {
  /** The session's id; of an older row, that of its record in NocoDB. */
  readonly id: string;
  /** The id of its record in NocoDB; null where there is none yet. */
  readonly recordId: string | null;
  readonly fields: {
    readonly emailOfAccessor: string;
    /** ISO 8601, UTC. */
    readonly sessionStartTime: string;
    /**
     * ISO 8601, UTC. Of a session in which nothing was read it is the start, because the original's code takes a missing
     * end for "now". Null only in older rows.
     */
    readonly sessionEndTime: string | null;
    /** Milliseconds; null where it wasn't measured. */
    readonly readingTimeMs: number | null;
    /** What was read of each page, in the order in which they were first read. */
    readonly pages: readonly PageView[];
  };
}

/** @param spans all of the session's, ordered by start. */
export function recordOfSession(
  session: Session,
  spans: readonly StoredSpan[],
  recordId: string | null,
): EmailAccessRecord {
  const { id, email, startMs, endMs } = session;
  const pages = new PageTimes();
  for (const span of spans) pages.add(span);
  return {
    id,
    recordId,
    fields: {
      emailOfAccessor: email,
      sessionStartTime: iso(startMs),
      sessionEndTime: iso(endMs ?? startMs),
      readingTimeMs: knownReadingMs(session),
      pages: pages.list().map(viewPage),
    },
  };
}

export function recordOfRow({ id, email, startMs, endMs }: OlderRow): EmailAccessRecord {
  return {
    id,
    recordId: id,
    fields: {
      emailOfAccessor: email,
      sessionStartTime: iso(startMs),
      sessionEndTime: endMs === null ? null : iso(endMs),
      readingTimeMs: null,
      pages: [],
    },
  };
}
