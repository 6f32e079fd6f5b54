// The spans on this device as a train graph. Decorative: the tables contain the same data.
import { html, nothing, type TemplateResult } from 'lit';
import type { Span } from '../../sw/protocol/delivery.ts';
import { namePages } from '../ui/page-names.ts';
import type { EndMark, GraphSpan, Look } from '../ui/graph-bars.ts';
import { layOutVisit } from '../ui/train-graph.ts';
import { trainGraph } from '../ui/train-graph-view.ts';
import { OPEN_MS } from './why-waiting.ts';

/** Maximum number of rows: the panel is low. */
const MOST_PAGES = 4;

export interface Marked {
  readonly delivered: readonly Span[];
  readonly refused: readonly Span[];
  readonly waiting: readonly Span[];
}

/** @param now epoch milliseconds. */
export function readingGraph(marked: Marked, now: number): TemplateResult | typeof nothing {
  const spans = toGraphSpans(marked, now);
  if (spans.length === 0) return nothing;
  const words = {
    nameOf: namePages(spans.map(({ page }) => page)),
    timeOf: (at: number): string => new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' }),
    exactTimeOf: (at: number): string => new Date(at).toLocaleTimeString('en-GB'),
  };
  return html`
    <div class="picture" aria-hidden="true">${trainGraph(layOutVisit(spans, MOST_PAGES), undefined, words)}</div>
  `;
}

/** By start. A span that waits may have been delivered before, when it was shorter. */
export function toGraphSpans({ delivered, refused, waiting }: Marked, now: number): readonly GraphSpan[] {
  const byId = new Map<string, GraphSpan>();
  const add = (spans: readonly Span[], look: Look): void => {
    for (const span of spans)
      byId.set(span.id, { page: span.page, fromMs: span.start, toMs: span.end, look, end: endOf(span, now) });
  };
  add(delivered, 'online');
  add(refused, 'refused');
  add(waiting, 'waiting');
  return [...byId.values()].toSorted((one, other) => one.fromMs - other.fromMs);
}

function endOf({ closed, end }: Span, now: number): EndMark {
  if (closed) return 'goodbye';
  return now - end < OPEN_MS ? 'open' : 'tick';
}
