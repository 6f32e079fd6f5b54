// One section of the panel: a heading with a count, a table, and a sentence for when it is empty.
import { html, nothing, type TemplateResult } from 'lit';
import { MAX_ROWS, rowTable, type Column, type RowControl } from './row-table.ts';

interface Parts<Row> {
  /** What is said where there are no rows; empty: the section is visible only while there are some. */
  readonly emptyText: string;
  /** A button for all rows. */
  readonly action?: TemplateResult;
  readonly control?: RowControl<Row>;
}

export function tableSection<Row extends { readonly id: string }>(
  title: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  now: number,
  { emptyText, action, control }: Parts<Row>,
): TemplateResult {
  const count = rows.length > MAX_ROWS ? `${rows.length}, showing the first ${MAX_ROWS}` : String(rows.length || '');
  return html`
    <section class="section" ?hidden=${rows.length === 0 && emptyText === ''}>
      <div class="heading">
        <h3>${title} <span class="count">${count}</span></h3>
        ${action ?? nothing}
      </div>
      <p class="empty" ?hidden=${rows.length > 0}>${emptyText}</p>
      ${rowTable(title, columns, rows, now, control)}
    </section>
  `;
}
