// A table of sessions, by day or in another order. Its headings sort it; the order stands in the address.
import { html, nothing, type TemplateResult } from 'lit';
import type { SessionView } from '../../sw/protocol/owner-api.ts';
import { namePages } from '../ui/page-names.ts';
import { hrefOfList, type Filter } from './filter-form.ts';
import { ownerPath } from './owner-path.ts';
import { dayOf, IDENTITY_MARKS, lengthOf, shortMomentOf, timeOf } from './wording.ts';

type Sort = 'start' | 'end' | 'reading';

interface Parts {
  /** What the list was filtered and sorted by; missing: its headings don't sort it. */
  readonly filter?: Filter;
  /** All sessions are one reader's, whose name stands above. */
  readonly isOfOne?: boolean;
}

export function sessionsTable(
  sessions: readonly SessionView[],
  now: number,
  { filter, isOfOne = false }: Parts,
): TemplateResult {
  const sort = filter?.['sort'] ?? 'start';
  const nameOf = namePages(sessions.flatMap(({ currentPage }) => currentPage ?? []));
  const isByDay = sort === 'start';
  const row = (session: SessionView): TemplateResult => sessionRow(session, { isOfOne, isByDay, nameOf, now });
  const days = Map.groupBy(sessions, ({ sessionStartTime }) => dayOf(sessionStartTime, now));
  return html`
    <table class="list sessions ${isByDay ? '' : 'flat'}">
      <colgroup>
        <col />
        <col class="when" />
        <col class="page" />
        <col class="part" />
        <col class="number" />
      </colgroup>
      ${heads(sort, filter, isOfOne)}
      ${
        isByDay
          ? [...days].map(
              ([day, ofDay]) => html`
                <tbody>
                  <tr class="day">
                    <th colspan="5" scope="rowgroup">${day}</th>
                  </tr>
                  ${ofDay.map(row)}
                </tbody>
              `,
            )
          : html`<tbody>
              ${sessions.map(row)}
            </tbody>`
      }
    </table>
  `;
}

function heads(sort: string, filter: Filter | undefined, isOfOne: boolean): TemplateResult {
  const { cursor: _, ...searched } = filter ?? {};
  const link = (to: Sort, name: string): TemplateResult | string =>
    filter
      ? html`<a href=${hrefOfList({ ...searched, sort: to })} aria-current=${to === sort ? 'true' : nothing}
          >${name}${to === sort ? html`<span aria-hidden="true"> ↓</span>` : nothing}</a
        >`
      : name;
  const sorted = (...sorts: readonly Sort[]): 'descending' | 'none' | typeof nothing =>
    filter ? (sorts.some((one) => one === sort) ? 'descending' : 'none') : nothing;
  return html`
    <thead class=${filter ? '' : 'unseen'}>
      <tr>
        <th scope="col">${isOfOne ? 'When' : 'Reader'}</th>
        <th scope="col" class="when" aria-sort=${sorted('start', 'end')}>
          ${link('start', 'Start')} ${link('end', 'End')}
        </th>
        <th scope="col" class="page">Last page</th>
        <th scope="col" class="part">Offline</th>
        <th scope="col" class="number" aria-sort=${sorted('reading')}>${link('reading', 'Read')}</th>
      </tr>
    </thead>
  `;
}

interface RowParts {
  readonly isOfOne: boolean;
  readonly isByDay: boolean;
  readonly nameOf: (page: string) => string;
  readonly now: number;
}

function sessionRow(session: SessionView, { isOfOne, isByDay, nameOf, now }: RowParts): TemplateResult {
  const { emailOfAccessor, sessionStartTime, sessionEndTime, currentPage, readingTimeMs } = session;
  const day = isByDay || dayOf(sessionStartTime, now) === 'Today' ? '' : `${shortMomentOf(sessionStartTime, now)}, `;
  const when = html`${day}${timeOf(sessionStartTime)}${sessionEndTime === null ? nothing : html`–${timeOf(sessionEndTime)}`}`;
  return html`
    <tr>
      <th scope="row">
        <a href=${hrefOfSession(session)} title=${emailOfAccessor}>${isOfOne ? when : emailOfAccessor}</a>
      </th>
      <td class="when">${isOfOne ? nothing : when}</td>
      <td class="page" title=${currentPage ?? ''}>${currentPage === null ? '' : nameOf(currentPage)}</td>
      <td class="part">
        ${identityMark(session)}${session.measured ? nothing : html`<span class="excluded">not measured</span>`}
        ${offlineMark(session)}${session.excluded ? html`<span class="excluded">not counted</span>` : nothing}
      </td>
      <td class="number">${lengthOf(readingTimeMs)}</td>
    </tr>
  `;
}

function identityMark({ identity }: SessionView): TemplateResult | typeof nothing {
  const mark = IDENTITY_MARKS[identity];
  return mark === undefined ? nothing : html`<span class="identity">${mark}</span>`;
}

export function offlineMark({ offlineMs }: SessionView): TemplateResult | typeof nothing {
  return offlineMs === 0 ? nothing : html`<span class="offline">${lengthOf(offlineMs)} offline</span>`;
}

export function hrefOfSession({ ref }: SessionView): string {
  return `${ownerPath('/sessions')}/${ref}`;
}
