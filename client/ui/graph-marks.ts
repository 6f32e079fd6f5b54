// The marks of a train graph: how each end is known, and what was read how.
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Bar, EndMark, Look } from './graph-bars.ts';
import type { GraphTexts } from './graph-texts.ts';

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
export function graphLegend(
  bars: readonly Bar[],
  marked: readonly Bar[],
  { ends: endTexts, looks: lookTexts }: GraphTexts,
): TemplateResult | typeof nothing {
  const ends = (Object.keys(endTexts) as EndMark[]).filter((end) => marked.some((bar) => bar.end === end));
  const looks = (Object.keys(lookTexts) as Look[]).filter((look) => bars.some((bar) => bar.look === look));
  if (bars.length === 0) return nothing;
  return html`
    <ul class="legend">
      ${
        looks.length === 1 && looks[0] === 'online'
          ? nothing
          : looks.map((look) => html`<li><span class="swatch ${look}"></span>${lookTexts[look]}</li>`)
      }
      ${ends.map((end) => html`<li><svg class="key" aria-hidden="true">${endMark({ end, look: 'online' }, '8', 8)}</svg>${endTexts[end]}</li>`)}
    </ul>
  `;
}
