// A table whose rows are known by their ids: an update touches only the cells that say something else than before, so a
// selection and the place in it stay. The roles are said again since on narrow panels the rows are laid out as cards.
import { make, setText } from './dom.ts';

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row, now: number) => string;
  /** The CSS class of its cells. */
  readonly kind?: string;
  /** Somebody should look at it. */
  readonly isBad?: (row: Row) => boolean;
}

/**
 * As many open in a moment (measured: docs/internals/decisions/0023-announcements.md); a phone after a week without network may
 * have thousands.
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

  /** Shows these rows in this order, and no others; of very many the first {@link MAX_ROWS}. */
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
