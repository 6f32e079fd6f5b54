// The form that filters the list of sessions. What it asks for stands in the address.
import { html, nothing, type TemplateResult } from 'lit';
import { STATE_NAMES } from './wording.ts';
import { apiPath, ownerPath } from './owner-path.ts';

/** Parameters of `GET /api/sessions`. */
export type Filter = Readonly<Record<string, string>>;

/** Of the parameters in the address, those that the API knows. */
const PARAMETERS = ['q', 'state', 'from', 'to', 'reader', 'page', 'sort', 'cursor'] as const;

export function readFilter(query: URLSearchParams): Filter {
  const given = PARAMETERS.map((name) => [name, query.get(name) ?? ''] as const);
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}

export function isFiltered(filter: Filter): boolean {
  return Object.keys(filter).length > 0;
}

/** Of the list, from its first page on unless the filter has a cursor. */
export function hrefOfList({ sort = 'start', ...filter }: Filter): string {
  const query = new URLSearchParams({ ...filter, ...(sort === 'start' ? {} : { sort }) });
  return query.size > 0 ? `${ownerPath()}?${query}` : ownerPath();
}

/** All sessions that the filter finds, as a file. */
export function hrefOfExport(filter: Filter): string {
  const { cursor: _, ...searched } = filter;
  return apiPath(`/api/sessions.csv?${new URLSearchParams(searched)}`);
}

/** Submitting it goes to the first of the owner's pages with what is filled in (owner-element.ts). */
export function filterForm(filter: Filter): TemplateResult {
  const states = Object.entries(STATE_NAMES);
  const { sort, cursor: _, ...searched } = filter;
  return html`
    <details class="search" ?open=${isFiltered(searched)}>
      <summary>Search</summary>
      <form class="filter" action=${ownerPath()} role="search">
        <label>
          <span>Reader or page</span>
          <input name="q" type="search" maxlength="100" .value=${filter['q'] ?? ''} />
        </label>
        <label>
          <span>State</span>
          <select name="state">
            <option value="">Any</option>
            ${states.map(
              ([state, name]) => html`<option value=${state} ?selected=${state === filter['state']}>${name}</option>`,
            )}
          </select>
        </label>
        <label><span>From</span><input name="from" type="date" .value=${filter['from'] ?? ''} /></label>
        <label><span>Before</span><input name="to" type="date" .value=${filter['to'] ?? ''} /></label>
        ${sort === undefined ? nothing : html`<input type="hidden" name="sort" value=${sort} />`}
        <button>Show</button>
      </form>
    </details>
  `;
}
