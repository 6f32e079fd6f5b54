// A train graph as a table: what was read when, how each end is known, and when it arrived.
import { html, nothing, type TemplateResult } from 'lit';
import { formatLength } from './format.ts';
import { nameRows, type GraphWords } from './graph-words.ts';
import type { Bar } from './graph-bars.ts';
import type { Gap, VisitGraph } from './train-graph.ts';

const MOST_ROWS = 400;

export function graphTable(visit: VisitGraph, words: GraphWords): TemplateResult {
  const { bars, gaps } = visit;
  const names = nameRows(visit, words);
  const rows: readonly (Bar | Gap)[] = [...bars, ...gaps].toSorted((one, other) => one.fromMs - other.fromMs);
  const { table } = words.texts;
  const arrives = bars.some(({ arrivedMs }) => arrivedMs !== undefined);
  return html`
    <details class="steps">
      <summary>${table.summary}</summary>
      <div class="scroll" tabindex="0" role="group" aria-label=${table.label}>
        <table>
          <thead>
            <tr>
              <th scope="col">${table.from}</th>
              <th scope="col">${table.to}</th>
              <th scope="col">${table.what}</th>
              <th scope="col">${table.length}</th>
              <th scope="col">${table.end}</th>
              ${arrives ? html`<th scope="col">${table.arrived}</th>` : nothing}
            </tr>
          </thead>
          <tbody>
            ${rows.slice(0, MOST_ROWS).map((row) => stepRow(row, names, arrives, words))}
          </tbody>
        </table>
      </div>
      ${rows.length > MOST_ROWS ? html`<p>${table.cut(MOST_ROWS, rows.length)}</p>` : nothing}
    </details>
  `;
}

function stepRow(row: Bar | Gap, names: readonly string[], arrives: boolean, words: GraphWords): TemplateResult {
  const { fromMs, toMs } = row;
  const isBar = 'row' in row;
  return html`
    <tr class=${isBar ? nothing : 'gap'}>
      <td>${words.exactTimeOf(fromMs)}</td>
      <td>${words.exactTimeOf(toMs)}</td>
      <td>${isBar ? names[row.row] : words.texts.gaps[row.name]}</td>
      <td>${formatLength(toMs - fromMs)}</td>
      <td>${isBar ? words.texts.ends[row.end] : nothing}</td>
      ${arrives ? html`<td>${isBar ? sayArrived(row, words) : nothing}</td>` : nothing}
    </tr>
  `;
}

function sayArrived({ toMs, arrivedMs }: Bar, { exactTimeOf, texts }: GraphWords): string {
  if (arrivedMs === undefined) return texts.atOnce;
  return `${exactTimeOf(arrivedMs)}, ${texts.later(formatLength(arrivedMs - toMs))}`;
}
