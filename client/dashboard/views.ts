// The owner's pages as templates of what they show: the login, the list of sessions, and one session.
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { SessionDetail, SessionView } from '../../sw/protocol/owner-api.ts';
import { formatCount } from '../ui/format.ts';
import { layOut, type VisitGraph } from './train-graph.ts';
import { dayOf, endOf, exactTimeOf, lengthOf, pageName, STATE_NAMES, timeOf, TIME_ZONE } from './wording.ts';

const ROW_PX = 50;
const BAR_TOP_PX = 27;
const BAR_PX = 12;
/** Above the rows: the names of tunnels. */
const HEAD_PX = 22;
/** Below them: the times. */
const AXIS_PX = 24;

export function loadingView(): TemplateResult {
  return html`<main aria-busy="true"></main>`;
}

export function notFoundView(trouble: string): TemplateResult {
  return html`
    <main>
      <h1>Not found</h1>
      <p class="empty">${trouble}</p>
      <p><a href="/owner">All sessions</a></p>
    </main>
  `;
}

export function loginView(trouble: string | undefined, submit: (token: string) => void): TemplateResult {
  const onSubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    const field = (event.target as HTMLFormElement).elements.namedItem('token') as HTMLInputElement;
    submit(field.value.trim());
  };
  return html`
    <main class="login">
      <h1>Who read it, and for how long?</h1>
      <p class="lede">This page is for the owner.</p>
      ${trouble === undefined ? nothing : html`<p class="trouble" role="alert">${trouble}</p>`}
      <p>
        Run <code>npx stillhere owner-link</code> where the server runs, and open the link that it prints. Or enter the
        owner’s token:
      </p>
      <form @submit=${onSubmit}>
        <label for="token">Owner’s token</label>
        <input id="token" name="token" type="password" autocomplete="current-password" required />
        <button>Log in</button>
      </form>
    </main>
  `;
}

export function listView(sessions: readonly SessionView[], now: number): TemplateResult {
  const reading = sessions.filter(({ state }) => state === 'reading');
  const lately = sessions.filter(({ state }) => state === 'away' || state === 'ended');
  const opened = sessions.filter(({ state }) => state === 'opened');
  return html`
    <main>
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
      ${sessions.length === 0 ? emptyNote() : nothing}
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
    </main>
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

function byDay(sessions: readonly SessionView[], now: number): readonly TemplateResult[] {
  const days = Map.groupBy(sessions, ({ sessionStartTime }) => dayOf(sessionStartTime, now));
  return [...days].map(
    ([day, ofDay]) => html`
      <h2>${day}</h2>
      <table>
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
          ${ofDay.map(sessionRow)}
        </tbody>
      </table>
    `,
  );
}

function sessionRow(session: SessionView): TemplateResult {
  const { emailOfAccessor, sessionStartTime, sessionEndTime, currentPage, readingTimeMs } = session;
  return html`
    <tr>
      <th scope="row"><a href=${hrefOf(session)} title=${emailOfAccessor}>${emailOfAccessor}</a></th>
      <td class="when">
        ${timeOf(sessionStartTime)}${sessionEndTime === null ? nothing : html`–${timeOf(sessionEndTime)}`}
      </td>
      <td class="page" title=${currentPage ?? ''}>${currentPage === null ? '' : pageName(currentPage)}</td>
      <td class="part">${offlineMark(session)}</td>
      <td class="number">${lengthOf(readingTimeMs)}</td>
    </tr>
  `;
}

function offlineMark({ offlineMs }: SessionView): TemplateResult | typeof nothing {
  return offlineMs === 0 ? nothing : html`<span class="offline">${lengthOf(offlineMs)} offline</span>`;
}

function hrefOf({ ref }: SessionView): string {
  return `/owner/sessions/${ref}`;
}

export function sessionView(session: SessionDetail, now: number): TemplateResult {
  const visits = layOut(session.spans);
  const { emailOfAccessor, sessionStartTime, readingTimeMs, offlineMs, pages } = session;
  const longestMs = Math.max(1, ...pages.map((page) => page.readingTimeMs));
  return html`
    <main class="session">
      <nav><a href="/owner">All sessions</a></nav>
      <h1>${breakable(emailOfAccessor)}</h1>
      <p class="lede">
        ${dayOf(sessionStartTime, now)}, from ${exactTimeOf(sessionStartTime)} ${endOf(session)}.
        ${session.state === 'ended' ? nothing : html`<span class="state ${session.state}">${STATE_NAMES[session.state]}</span>`}
      </p>
      <dl class="figures">
        <div>
          <dt>read</dt>
          <dd>${lengthOf(readingTimeMs)}</dd>
        </div>
        <div>
          <dt>${pages.length === 1 ? 'page' : 'pages'}</dt>
          <dd>${pages.length}</dd>
        </div>
        <div>
          <dt>${visits.length > 1 ? 'visits' : 'visit'}</dt>
          <dd>${Math.max(1, visits.length)}</dd>
        </div>
        ${
          offlineMs === 0
            ? nothing
            : html`<div class="offline">
                <dt>of it offline</dt>
                <dd>${lengthOf(offlineMs)}</dd>
              </div>`
        }
      </dl>
      ${visits.map((visit) => visitView(visit, visits.length > 1, session, now))}
      ${
        pages.length === 0
          ? html`<p class="empty">Passed the gate, and read nothing so far.</p>`
          : html`
              <h2>Pages</h2>
              <ul class="pages">
                ${pages.map(
                  ({ page, readingTimeMs: ms }) => html`
                    <li>
                      <span class="page" title=${page}>${pageName(page)}</span>
                      <span class="share"><span .style=${`width: ${(ms / longestMs) * 100}%`}></span></span>
                      <b>${lengthOf(ms)}</b>
                    </li>
                  `,
                )}
              </ul>
            `
      }
    </main>
  `;
}

/** A long address breaks before its domain. */
function breakable(email: string): TemplateResult {
  const at = email.lastIndexOf('@');
  return html`${email.slice(0, at)}<wbr />${email.slice(at)}`;
}

function visitView(visit: VisitGraph, isOneOfSeveral: boolean, session: SessionDetail, now: number): TemplateResult {
  const { fromMs, toMs, rows, otherPages, bars, moves, tunnels, ticks } = visit;
  const names = [...rows.map(pageName), ...(otherPages > 0 ? [formatCount(otherPages, 'more page')] : [])];
  const x = (at: number): string => `${(((at - fromMs) / (toMs - fromMs)) * 100).toFixed(3)}%`;
  const y = (row: number): number => HEAD_PX + row * ROW_PX + BAR_TOP_PX + BAR_PX / 2;
  const height = HEAD_PX + names.length * ROW_PX;
  const isLast = session.sessionEndTime !== null && Date.parse(session.sessionEndTime) <= toMs;
  const last = bars.reduce((latest, bar) => (bar.toMs >= latest.toMs ? bar : latest), bars[0] ?? { toMs, row: 0 });
  const title = `${dayOf(fromMs, now)}, ${timeOf(fromMs)} to ${timeOf(toMs)}`;
  return html`
    <figure class="visit">
      ${isOneOfSeveral ? html`<figcaption>${title}</figcaption>` : nothing}
      <div class="graph" role="img" aria-label=${describe(visit)} .style=${`height: ${height + AXIS_PX}px`}>
        <svg height=${height} aria-hidden="true">
          ${ticks.map((at) => svg`<line class="grid" x1=${x(at)} x2=${x(at)} y1=${HEAD_PX} y2=${height} />`)}
          ${tunnels.map((one) => {
            const width = `${Math.max(0.6, ((one.toMs - one.fromMs) / (toMs - fromMs)) * 100)}%`;
            return svg`
              <rect class="tunnel" x=${x(one.fromMs)} width=${width} y="2" height=${height - 2} rx="14" />
              <text class="tunnel-name" x=${x(one.fromMs)} dx="10" y="17">offline</text>`;
          })}
          ${moves.map(
            ({ fromMs: left, toMs: arrived, fromRow, toRow }) =>
              svg`<line class="move" x1=${x(left)} y1=${y(fromRow)} x2=${x(arrived)} y2=${y(toRow)} />`,
          )}
          ${bars.map(
            (bar) => svg`<rect class="bar ${bar.isOffline ? 'offline' : ''}" x=${x(bar.fromMs)}
              width=${`${Math.max(0.4, ((bar.toMs - bar.fromMs) / (toMs - fromMs)) * 100)}%`}
              y=${y(bar.row) - BAR_PX / 2} height=${BAR_PX} rx="3"
              ><title>${exactTimeOf(bar.fromMs)} to ${exactTimeOf(bar.toMs)}, ${lengthOf(bar.toMs - bar.fromMs)}</title></rect>`,
          )}
          ${isLast ? svg`<circle class="end ${session.state} ${session.endKnownBy ?? ''}" cx=${x(last.toMs)} cy=${y(last.row)} r="6" />` : nothing}
        </svg>
        <ol class="rows" aria-hidden="true">
          ${names.map(
            (name, row) => html`<li .style=${`top: ${HEAD_PX + row * ROW_PX}px`} title=${rows[row] ?? ''}>${name}</li>`,
          )}
        </ol>
        <ol class="ticks" aria-hidden="true">
          ${ticks.map((at) => html`<li .style=${`left: ${x(at)}`}>${timeOf(at)}</li>`)}
        </ol>
      </div>
    </figure>
  `;
}

/** The picture in words. */
function describe({ rows, otherPages, bars, tunnels, fromMs, toMs }: VisitGraph): string {
  const pages = bars.map(({ row, fromMs: from, toMs: to, isOffline }) => {
    const page = rows[row];
    const name = page === undefined ? formatCount(otherPages, 'more page') : pageName(page);
    return `${name} from ${timeOf(from)} for ${lengthOf(to - from)}${isOffline ? ', offline' : ''}`;
  });
  const most = pages.slice(0, 20).join('; ');
  const tunnel = tunnels.length === 0 ? '' : ` ${formatCount(tunnels.length, 'tunnel')}.`;
  return `Read between ${timeOf(fromMs)} and ${timeOf(toMs)}: ${most}.${tunnel}`;
}

export function shellView(
  main: TemplateResult,
  logOut: (() => void) | undefined,
  note: string | undefined,
): TemplateResult {
  return html`
    <header>
      <a class="brand" href="/owner">Stillhere</a>
      ${note === undefined ? nothing : html`<span class="note" role="status">${note}</span>`}
      ${logOut ? html`<span class="zone">Times in ${TIME_ZONE}</span><button class="quiet" @click=${logOut}>Log out</button>` : nothing}
    </header>
    ${main}
  `;
}
