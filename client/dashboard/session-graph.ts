// The spans of a session as those of a train graph, and what is said of its visits.
import type { SessionDetail, SpanView } from '../../sw/protocol/owner-api.ts';
import type { EndMark, GraphSpan } from '../ui/graph-bars.ts';
import type { VisitGraph } from '../ui/train-graph.ts';
import { dayOf, lengthOf, timeOf } from './wording.ts';

export function toGraphSpans({ spans, state, sessionEndTime }: SessionDetail): readonly GraphSpan[] {
  const isOpen = ({ closed, end }: SpanView): boolean => state === 'reading' && !closed && end === sessionEndTime;
  return spans.map((span) => ({
    page: span.page,
    fromMs: Date.parse(span.start),
    toMs: Date.parse(span.end),
    look: span.replayed ? 'offline' : 'online',
    end: isOpen(span) ? 'open' : endOf(span),
    // What was late but not replayed was not offline: its goodbye came late, as where the device slept.
    arrivedMs: span.replayed && span.receivedAt !== undefined ? Date.parse(span.receivedAt) : undefined,
  }));
}

function endOf({ closed, clamped }: SpanView): EndMark {
  if (clamped) return 'bounded';
  return closed ? 'goodbye' : 'tick';
}

/** @param before the visit before it. */
export function titleOf({ fromMs, toMs }: VisitGraph, before: VisitGraph | undefined, now: number): string {
  const when = `${dayOf(fromMs, now)}, ${timeOf(fromMs)} to ${timeOf(toMs)}`;
  return before ? `${when}, ${lengthOf(fromMs - before.toMs)} after the visit before` : when;
}
