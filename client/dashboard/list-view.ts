// The list of sessions: who is reading now, who read lately, and what was only opened.
import { html, nothing, type TemplateResult } from 'lit';
import type { SessionView } from '../../sw/protocol/owner-api.ts';
import { namePages } from '../ui/page-names.ts';
import { filterForm, hrefOfExport, hrefOfList, isFiltered, type Filter } from './filter-form.ts';
import type { FoundSessions } from './owner-client.ts';
import { hrefOfSession, offlineMark, sessionsTable } from './sessions-table.ts';
import { dayOf, lengthOf, timeOf } from './wording.ts';
import { ownerPath } from './owner-path.ts';

/** @param canSort a link for some pages can't sort by figures of whole sessions. */
export function listView(found: FoundSessions, filter: Filter, now: number, canSort: boolean): TemplateResult {
  const { sessions, next } = found;
  return html`
    <main>
      ${isFiltered(filter) ? foundView(found, filter, now, canSort) : latelyView(found, now, canSort)}
      ${
        sessions.length === 0
          ? nothing
          : html`<p class="more">
              ${next === undefined ? nothing : html`<a href=${hrefOfList({ ...filter, cursor: next })}>${filter['sort'] === undefined || filter['sort'] === 'start' ? 'Older sessions' : 'More sessions'}</a>`}
              <a href=${hrefOfExport(filter)} download>Download ${isFiltered(filter) ? 'these' : 'all'} as CSV</a>
            </p>`
      }
    </main>
  `;
}

function latelyView({ sessions }: FoundSessions, now: number, canSort: boolean): TemplateResult {
  const reading = sessions.filter(({ state }) => state === 'reading');
  const nameOf = namePages(reading.flatMap(({ currentPage }) => currentPage ?? []));
  const lately = sessions.filter(({ state }) => state === 'away' || state === 'ended');
  const opened = sessions.filter(({ state }) => state === 'opened');
  return html`
    <section aria-labelledby="now">
      <h1 id="now" aria-live="polite">${saysWhoReads(reading.length)}</h1>
      ${
        reading.length === 0
          ? nothing
          : html`<ul class="live">
              ${reading.map((one) => liveCard(one, nameOf, now))}
            </ul>`
      }
    </section>
    ${sessions.length === 0 ? emptyNote() : filterForm({})}
    ${lately.length === 0 ? nothing : html`<section aria-label="Lately">${sessionsTable(lately, now, canSort ? { filter: {} } : {})}</section>`}
    ${
      opened.length === 0
        ? nothing
        : html`
            <details class="opened">
              <summary>Opened, not read: ${opened.length}</summary>
              <p>Visible for less than 5 seconds: a mail scanner, or a person who left at once.</p>
              ${sessionsTable(opened, now, {})}
            </details>
          `
    }
  `;
}

function foundView(
  { sessions, next, lookedAt }: FoundSessions,
  filter: Filter,
  now: number,
  canSort: boolean,
): TemplateResult {
  if (sessions.length > 0)
    return html`
      <h1 aria-live="polite">Sessions</h1>
      ${filterForm(filter)} ${sessionsTable(sessions, now, canSort ? { filter } : {})}
    `;
  return html`
    <h1 aria-live="polite">${next === undefined ? 'No such session' : 'Nothing so far'}</h1>
    ${filterForm(filter)}
    <p class="empty">
      ${
        next === undefined
          ? html`Nothing matches. <a href=${ownerPath()}>Show all sessions</a>`
          : html`Nothing in the ${filter['cursor'] === undefined ? 'last' : 'next'} ${lookedAt.toLocaleString('en-GB')}
              sessions. <a href=${hrefOfList({ ...filter, cursor: next })}>Look further back</a>`
      }
    </p>
  `;
}

function saysWhoReads(count: number): string {
  if (count === 0) return 'Nobody is reading right now';
  return count === 1 ? 'One person is reading now' : `${count} people are reading now`;
}

function emptyNote(): TemplateResult {
  return html`
    <p class="empty">
      Nobody has passed the gate yet. Open a page behind the gate in another window, leave an address and read: this
      page shows it at once.
    </p>
  `;
}

function liveCard(session: SessionView, nameOf: (page: string) => string, now: number): TemplateResult {
  return html`
    <li>
      <a class="card" href=${hrefOfSession(session)}>
        <span class="reader">${session.emailOfAccessor}</span>
        <span class="where">${session.currentPage === null ? '' : nameOf(session.currentPage)}</span>
        <span class="facts">
          ${session.readingTimeMs === null ? 'here' : html`<b>${lengthOf(session.readingTimeMs)}</b>`} since
          ${whenBegan(session, now)}${offlineMark(session)}
        </span>
      </a>
    </li>
  `;
}

function whenBegan({ sessionStartTime }: SessionView, now: number): string {
  const day = dayOf(sessionStartTime, now);
  return day === 'Today' ? timeOf(sessionStartTime) : `${day}, ${timeOf(sessionStartTime)}`;
}
