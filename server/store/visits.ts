// The visits of a session: its spans, without a gap of more than half an hour between them. Pure.
import { unionMs, type Interval } from './reading-time.ts';
import type { Seen } from './session-state.ts';
import type { StoredSpan } from './session-store.ts';
import type { Session } from './session.ts';

/** A longer gap begins a new visit. */
export const VISIT_GAP_MS = 30 * 60_000;

export interface Visit extends Interval {
  /** Ordered by start. */
  readonly spans: readonly StoredSpan[];
  /** The measure of the union of its spans; null where only beats of the original contract show that it went on. */
  readonly readingMs: number | null;
}

/**
 * At least one visit: the first begins when the reader passed the gate. Spans that arrive later can make visits longer, join them, and
 * add some between them. No visit disappears or begins later than before.
 * @param spans all spans of the session, ordered by start.
 */
export function visitsOf(
  { startMs, endMs }: Pick<Session, 'startMs' | 'endMs'>,
  spans: readonly StoredSpan[],
): readonly Visit[] {
  const first: Draft = { startMs, endMs: startMs, spans: [] };
  const drafts = [first];
  let last = first;
  for (const span of spans) {
    if (span.startMs > last.endMs + VISIT_GAP_MS)
      drafts.push((last = { startMs: span.startMs, endMs: span.startMs, spans: [] }));
    last.endMs = Math.max(last.endMs, span.endMs);
    last.spans.push(span);
  }
  // Beats of the original contract. Of several, only the last is known, so nothing is known about gaps between them.
  last.endMs = Math.max(last.endMs, endMs ?? startMs);
  return drafts.map((draft) => {
    const isKnown = draft.spans.length > 0 || draft.endMs === draft.startMs;
    return { ...draft, readingMs: isKnown ? unionMs(draft.spans) : null };
  });
}

/** The visit as it was last seen, for its state. */
export function seenOfVisit({ startMs, endMs, readingMs, spans }: Visit, nextBeatMs: number | null): Seen {
  const open = spans.filter(({ isClosed }) => !isClosed).map((span) => span.endMs);
  const lastSpanMs = Math.max(startMs, ...spans.map((span) => span.endMs));
  // A beat of the original contract is the sign of a page that is open.
  if (endMs > lastSpanMs) open.push(endMs);
  return {
    lastMs: endMs,
    openMs: open.length > 0 ? Math.max(...open) : null,
    visibleMs: readingMs ?? endMs - startMs,
    nextBeatMs,
  };
}

interface Draft {
  readonly startMs: number;
  endMs: number;
  readonly spans: StoredSpan[];
}
