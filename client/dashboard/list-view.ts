// The list of sessions: who is reading now, who read lately, and what was only opened.
import { html, nothing, type TemplateResult } from 'lit';
import type { SessionList, SessionView } from '../../sw/protocol/owner-api.ts';
import { pageName } from '../ui/page-names.ts';
import { filterForm, isFiltered, type Filter } from './filter-form.ts';
import { dayOf, lengthOf, timeOf } from './wording.ts';
import { ownerPath } from './owner-path.ts';

export function listView(list: SessionList, filter: Filter, now: number): TemplateResult {
  return html`
    <main>
      ${isFiltered(filter) ? foundView(list, filter, now) : latelyView(list, now)}
      ${
        list.next === undefined
          ? nothing
          : html`<p class="more">
              <a href="${ownerPath()}?${new URLSearchParams({ ...filter, cursor: list.next })}">Older sessions</a>
            </p>`
      }
    </main>
  `;
}

function latelyView({ sessions }: SessionList, now: number): TemplateResult {
  const reading = sessions.filter(({ state }) => state === 'reading');
  const lately = sessions.filter(({ state }) => state === 'away' || state === 'ended');
  const opened = sessions.filter(({ state }) => state === 'opened');
  return html`
    <section aria-labelledby="now">
      <h1 id="now" aria-live="polite">${saysWhoReads(reading.length)}</h1>
      ${
        reading.length === 0
          ? nothing
          : html`<ul class="live">
              ${reading.map((one) => liveCard(one, now))}
            </ul>`
      }
    </section>
    ${sessions.length === 0 ? emptyNote() : filterForm({})}
    ${lately.length === 0 ? nothing : html`<section aria-label="Lately">${byDay(lately, now)}</section>`}
    ${
      opened.length === 0
        ? nothing
        : html`
            <details class="opened">
              <summary>Opened, not read: ${opened.length}</summary>
              <p>Visible for less than 5 seconds: a mail scanner, or a person who left at once.</p>
              ${byDay(opened, now)}
            </details>
          `
    }
  `;
}

function foundView({ sessions }: SessionList, filter: Filter, now: number): TemplateResult {
  return html`
    <h1 aria-live="polite">${sessions.length === 0 ? 'No such session' : 'Sessions'}</h1>
    ${filterForm(filter)}
    ${
      sessions.length === 0
        ? html`<p class="empty">Nothing matches. <a href=${ownerPath()}>Show all sessions</a></p>`
        : byDay(sessions, now)
    }
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

function liveCard(session: SessionView, now: number): TemplateResult {
  return html`
    <li>
      <a class="card" href=${hrefOf(session)}>
        <span class="reader">${session.emailOfAccessor}</span>
        <span class="where">${session.currentPage === null ? '' : pageName(session.currentPage)}</span>
        <span class="facts">
          <b>${lengthOf(session.readingTimeMs)}</b> since ${whenBegan(session, now)}${offlineMark(session)}
        </span>
      </a>
    </li>
  `;
}

function whenBegan({ sessionStartTime }: SessionView, now: number): string {
  const day = dayOf(sessionStartTime, now);
  return day === 'Today' ? timeOf(sessionStartTime) : `${day}, ${timeOf(sessionStartTime)}`;
}

/** @param isOfOne all sessions are one reader's, whose name stands above. */
export function byDay(sessions: readonly SessionView[], now: number, isOfOne = false): readonly TemplateResult[] {
  const days = Map.groupBy(sessions, ({ sessionStartTime }) => dayOf(sessionStartTime, now));
  return [...days].map(
    ([day, ofDay]) => html`
      <h2>${day}</h2>
      <table class="list">
        <colgroup>
          <col />
          <col class="when" />
          <col class="page" />
          <col class="part" />
          <col class="number" />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">Reader</th>
            <th scope="col">When</th>
            <th scope="col">Last page</th>
            <th scope="col">Offline</th>
            <th scope="col">Read</th>
          </tr>
        </thead>
        <tbody>
          ${ofDay.map((session) => sessionRow(session, isOfOne))}
        </tbody>
      </table>
    `,
  );
}

function sessionRow(session: SessionView, isOfOne: boolean): TemplateResult {
  const { emailOfAccessor, sessionStartTime, sessionEndTime, currentPage, readingTimeMs } = session;
  const when = html`${timeOf(sessionStartTime)}${sessionEndTime === null ? nothing : html`–${timeOf(sessionEndTime)}`}`;
  return html`
    <tr>
      <th scope="row">
        <a href=${hrefOf(session)} title=${emailOfAccessor}>${isOfOne ? when : emailOfAccessor}</a>
      </th>
      <td class="when">${isOfOne ? nothing : when}</td>
      <td class="page" title=${currentPage ?? ''}>${currentPage === null ? '' : pageName(currentPage)}</td>
      <td class="part">
        ${offlineMark(session)}${session.excluded ? html`<span class="excluded">not counted</span>` : nothing}
      </td>
      <td class="number">${lengthOf(readingTimeMs)}</td>
    </tr>
  `;
}

function offlineMark({ offlineMs }: SessionView): TemplateResult | typeof nothing {
  return offlineMs === 0 ? nothing : html`<span class="offline">${lengthOf(offlineMs)} offline</span>`;
}

function hrefOf({ ref }: SessionView): string {
  return `${ownerPath('/sessions')}/${ref}`;
}
