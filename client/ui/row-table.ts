// A table with rows identified by id. Updates change only cells with new text, so that selection and scroll position
// stay. ARIA roles are explicit because narrow panels show rows as cards.
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row, now: number) => string;
  /** The CSS class of its cells. */
  readonly kind?: string;
  /** True if the cell needs attention. */
  readonly isBad?: (row: Row) => boolean;
}

/** What can be done with a single row: a cell at its end. */
export interface RowControl<Row> {
  readonly title: string;
  readonly buttons: (row: Row) => TemplateResult | typeof nothing;
}

/**
 * This many rows open quickly (measured: docs/internals/decisions/0023-announcements.md). A phone after a week without
 * network may have thousands.
 */
export const MAX_ROWS = 500;

/** Shows these rows in this order, at most {@link MAX_ROWS}. */
export function rowTable<Row extends { readonly id: string }>(
  title: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  now: number,
  control?: RowControl<Row>,
): TemplateResult {
  return html`
    <table role="table" aria-label=${title} ?hidden=${rows.length === 0}>
      <thead role="rowgroup">
        <tr role="row">
          ${columns.map(
            ({ title: head, kind = '' }) => html`<th scope="col" role="columnheader" class=${kind}>${head}</th>`,
          )}
          ${control ? html`<th scope="col" role="columnheader" class="control">${control.title}</th>` : nothing}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${repeat(
          rows.slice(0, MAX_ROWS),
          ({ id }) => id,
          (row) =>
            html`<tr role="row">
              ${columns.map((column) => cell(column, row, now))}
              ${control ? html`<td role="cell" class="control">${control.buttons(row)}</td>` : nothing}
            </tr>`,
        )}
      </tbody>
    </table>
  `;
}

function cell<Row>({ title, text, kind = '', isBad }: Column<Row>, row: Row, now: number): TemplateResult {
  const classes = isBad?.(row) ? `${kind} bad` : kind;
  return html`<td role="cell" class=${classes} data-title=${title} .textContent=${text(row, now)}></td>`;
}
