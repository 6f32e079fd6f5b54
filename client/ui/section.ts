// One section of the panel: a heading with a count, a table, and a sentence for when it is empty.
import { make } from './dom.ts';
import { MAX_ROWS } from './row-table.ts';

export interface Section {
  readonly element: HTMLElement;
  /** Shows the number of rows. */
  show(count: number): void;
}

/** Without `emptyText`, the section is visible only while there are rows. */
export function makeSection(table: HTMLTableElement, emptyText: string, action?: HTMLButtonElement): Section {
  const count = make('span', { class: 'count' });
  const empty = make('p', { class: 'empty' }, emptyText);
  const heading = make('div', { class: 'heading' }, make('h3', {}, table.getAttribute('aria-label') ?? '', ' ', count));
  if (action) heading.append(action);
  const element = make('section', { class: 'section' }, heading, empty, table);
  return {
    element,
    show: (rows) => {
      count.textContent = rows > MAX_ROWS ? `${rows}, showing the first ${MAX_ROWS}` : String(rows || '');
      element.hidden = rows === 0 && emptyText === '';
      empty.hidden = rows > 0;
      table.hidden = rows === 0;
    },
  };
}
