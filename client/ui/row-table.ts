// A table with rows identified by id. Updates change only cells with new text, so that selection and scroll position
// stay. ARIA roles are explicit because narrow panels show rows as cards.
import { make, setText } from './dom.ts';

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row, now: number) => string;
  /** The CSS class of its cells. */
  readonly kind?: string;
  /** True if the cell needs attention. */
  readonly isBad?: (row: Row) => boolean;
}

/**
 * This many rows open quickly (measured: docs/internals/decisions/0023-announcements.md). A phone after a week without
 * network may have thousands.
 */
export const MAX_ROWS = 500;

export class RowTable<Row extends { readonly id: string }> {
  readonly element: HTMLTableElement;
  readonly #columns: readonly Column<Row>[];
  readonly #body: HTMLTableSectionElement;
  readonly #rows = new Map<string, HTMLTableRowElement>();

  constructor(title: string, columns: readonly Column<Row>[]) {
    this.#columns = columns;
    this.#body = make('tbody', { role: 'rowgroup' });
    const heads = columns.map(({ title: head, kind = '' }) =>
      make('th', { scope: 'col', role: 'columnheader', class: kind }, head),
    );
    this.element = make(
      'table',
      { role: 'table', 'aria-label': title },
      make('thead', { role: 'rowgroup' }, make('tr', { role: 'row' }, ...heads)),
      this.#body,
    );
  }

  /** Shows exactly these rows in this order, at most {@link MAX_ROWS}. */
  show(all: readonly Row[], now: number): void {
    const rows = all.slice(0, MAX_ROWS);
    const ids = new Set(rows.map(({ id }) => id));
    for (const [id, element] of this.#rows)
      if (!ids.has(id)) {
        element.remove();
        this.#rows.delete(id);
      }
    let next = this.#body.firstElementChild;
    for (const row of rows) {
      const element = this.#rows.get(row.id) ?? this.#make(row.id);
      this.#columns.forEach(({ text, isBad }, nth) => {
        const cell = element.cells[nth] ?? element;
        setText(cell, text(row, now));
        if (isBad) cell.classList.toggle('bad', isBad(row));
      });
      if (element === next) next = next.nextElementSibling;
      else this.#body.insertBefore(element, next);
    }
  }

  #make(id: string): HTMLTableRowElement {
    const cells = this.#columns.map(({ title, kind = '' }) =>
      make('td', { role: 'cell', class: kind, 'data-title': title }),
    );
    const element = make('tr', { role: 'row' }, ...cells);
    this.#rows.set(id, element);
    return element;
  }
}
