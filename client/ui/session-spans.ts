// The spans of a session, as the server shows them, as those of a train graph.
import type { SessionView, SpanView } from '../../sw/protocol/owner-api.ts';
import type { EndMark, GraphSpan } from './graph-bars.ts';

/** What is drawn of a session. */
export interface DrawnSession extends Pick<SessionView, 'state' | 'sessionEndTime'> {
  readonly spans: readonly SpanView[];
}

export function toGraphSpans({ spans, state, sessionEndTime }: DrawnSession): readonly GraphSpan[] {
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
