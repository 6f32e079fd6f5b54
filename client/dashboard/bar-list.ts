// A list of names, each with a bar for its share of the largest, and a figure.
import { html, nothing, type TemplateResult } from 'lit';

export interface BarRow {
  readonly name: string;
  /** The whole of it, where the name is cut. */
  readonly title?: string;
  readonly href?: string;
  readonly value: number;
  /** The value in words. */
  readonly figure: string;
  readonly note?: string;
}

export function barList(rows: readonly BarRow[]): TemplateResult {
  const largest = Math.max(1, ...rows.map(({ value }) => value));
  return html`
    <ul class="bars">
      ${rows.map(
        ({ name, title, href, value, figure, note }) => html`
          <li>
            <span class="name" title=${title ?? nothing}>
              ${href === undefined ? name : html`<a href=${href}>${name}</a>`}
            </span>
            <span class="share"><span .style=${`width: ${(value / largest) * 100}%`}></span></span>
            <b>${figure}</b>
            ${note === undefined ? nothing : html`<span class="aside">${note}</span>`}
          </li>
        `,
      )}
    </ul>
  `;
}
