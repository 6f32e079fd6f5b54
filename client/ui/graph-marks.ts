// The marks of a train graph: how each end is known, and what was read how.
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Bar, EndMark, Look } from './graph-bars.ts';

const ENDS: Readonly<Record<EndMark, string>> = {
  open: 'still open',
  goodbye: 'the page said goodbye',
  tick: 'last sign of a page that was cut off, ± 5 s',
  bounded: 'the device’s clock was wrong, so the time is a guess',
};
const LOOKS: Readonly<Record<Look, string>> = {
  online: 'delivered at once',
  offline: 'read offline, delivered later',
  waiting: 'waits on this device',
  refused: 'refused by the server',
};

/** How an end is known, and how exactly. */
export const sayEnd = (end: EndMark): string => ENDS[end];

/** @param x of its middle, with a unit. */
export function endMark({ end, look }: Pick<Bar, 'end' | 'look'>, x: string, y: number): TemplateResult {
  const shape =
    end === 'bounded'
      ? svg`<path d="M0 -7 7 0 0 7 -7 0Z" />`
      : svg`<circle r=${end === 'goodbye' || end === 'open' ? 6 : 5} />`;
  return svg`<svg class="end ${end} ${look}" x=${x} y=${y}>${shape}</svg>`;
}

/**
 * Explains what the graph has.
 * @param marked the bars whose ends have a mark: where reading went on with the next page at once, there is none.
 */
export function graphLegend(bars: readonly Bar[], marked: readonly Bar[]): TemplateResult | typeof nothing {
  const ends = (Object.keys(ENDS) as EndMark[]).filter((end) => marked.some((bar) => bar.end === end));
  const looks = (Object.keys(LOOKS) as Look[]).filter((look) => bars.some((bar) => bar.look === look));
  if (bars.length === 0) return nothing;
  return html`
    <ul class="legend">
      ${
        looks.length === 1 && looks[0] === 'online'
          ? nothing
          : looks.map((look) => html`<li><span class="swatch ${look}"></span>${LOOKS[look]}</li>`)
      }
      ${ends.map((end) => html`<li><svg class="key" aria-hidden="true">${endMark({ end, look: 'online' }, '8', 8)}</svg>${ENDS[end]}</li>`)}
    </ul>
  `;
}
