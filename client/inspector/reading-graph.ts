// The spans on this device as a train graph. Decorative: the tables contain the same data.
import { html, nothing, type TemplateResult } from 'lit';
import type { Span } from '../../sw/protocol/delivery.ts';
import { namePages } from '../ui/page-names.ts';
import type { EndMark, GraphSpan, Look } from '../ui/graph-bars.ts';
import { ENGLISH_GRAPH } from '../ui/graph-texts.ts';
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

/** What the graph shows: all, or the last minutes. */
export const ZOOMS = [undefined, 60, 10, 1] as const;
export type Zoom = (typeof ZOOMS)[number];

/** @param now epoch milliseconds. @param choose is called with another zoom. */
export function readingGraph(
  marked: Marked,
  now: number,
  zoom: Zoom,
  choose: (zoom: Zoom) => void,
): TemplateResult | typeof nothing {
  const all = toGraphSpans(marked, now);
  if (all.length === 0) return nothing;
  const spans = zoom === undefined ? all : cutBefore(all, now - zoom * 60_000);
  const words = {
    nameOf: namePages(spans.map(({ page }) => page)),
    timeOf: (at: number): string => formatClock(at, zoom === 1),
    exactTimeOf: (at: number): string => formatClock(at, true),
    texts: ENGLISH_GRAPH,
  };
  return html`
    <div class="picture">
      <div class="zoom" role="group" aria-label="Zoom">
        ${ZOOMS.map(
          (one) => html`
            <button
              type="button"
              aria-pressed=${one === zoom}
              @click=${() => choose(one)}
              .textContent=${one === undefined ? 'All' : `${one} min`}
            ></button>
          `,
        )}
      </div>
      ${
        spans.length === 0
          ? html`<p class="empty">Nothing was read in this time.</p>`
          : html`<div aria-hidden="true">${trainGraph(layOutVisit(spans, MOST_PAGES), undefined, words)}</div>`
      }
    </div>
  `;
}

/** What was read since then. */
export function cutBefore(spans: readonly GraphSpan[], fromMs: number): readonly GraphSpan[] {
  return spans.filter(({ toMs }) => toMs > fromMs).map((span) => ({ ...span, fromMs: Math.max(span.fromMs, fromMs) }));
}

function formatClock(at: number, withSeconds: boolean): string {
  return new Date(at).toLocaleTimeString('en-GB', { timeStyle: withSeconds ? 'medium' : 'short' });
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
