// A table of totals, whose headings sort it. The order stands in the address, so a reload and "back" keep it.
import { html, type TemplateResult } from 'lit';

export type TotalsSort = 'last' | 'reading' | 'sessions';

export interface Column<Row> {
  readonly name: string;
  readonly sort?: TotalsSort;
  readonly kind: 'name' | 'text' | 'number';
  readonly cell: (row: Row) => TemplateResult | string;
}

export function totalsTable<Row>(
  path: string,
  sorted: TotalsSort,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): TemplateResult {
  return html`
    <table class="list totals">
      <thead>
        <tr>
          ${columns.map(({ name, sort, kind }) => {
            if (!sort) return html`<th scope="col" class=${kind}>${name}</th>`;
            const isSorted = sort === sorted;
            return html`
              <th scope="col" class=${kind} aria-sort=${isSorted ? 'descending' : 'none'}>
                <a href="${path}?sort=${sort}">${name}${isSorted ? html`<span aria-hidden="true"> ↓</span>` : ''}</a>
              </th>
            `;
          })}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) => html`
            <tr>
              ${columns.map(({ name, kind, cell }) =>
                kind === 'name'
                  ? html`<th scope="row" class="name">${cell(row)}</th>`
                  : html`<td class=${kind} data-name=${name}>${cell(row)}</td>`,
              )}
            </tr>
          `,
        )}
      </tbody>
    </table>
  `;
}
