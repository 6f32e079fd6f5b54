// All readers, and one of them: what was read, what was not, and each session.
import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { PageTotalsView, ReaderDetail, ReaderView, SessionList } from '../../sw/protocol/owner-api.ts';
import { formatCount } from '../ui/format.ts';
import { namePages } from '../ui/page-names.ts';
import { readerAccessView, refusalsView } from './access-view.ts';
import { barList } from './bar-list.ts';
import { exclusionView } from './exclusion-view.ts';
import { hrefOfExport } from './filter-form.ts';
import { figuresView, offlineFigure } from './figures-view.ts';
import { hrefOfReaderExport, type ReaderLists } from './owner-client.ts';
import { sessionsTable } from './sessions-table.ts';
import { totalsTable, type Column, type TotalsSort } from './totals-table.ts';
import { breakable, lengthOf, momentOf, shortMomentOf } from './wording.ts';
import { ownerPath } from './owner-path.ts';

const MOST_UNREAD = 12;

export interface ReadersActions {
  /** Counts a reader who was excluded. */
  readonly countAgain: (id: string) => void;
  /** Lets a reader in whose access was taken. */
  readonly allow: (id: string) => void;
}

export function readersView(
  { read, opened, excluded, refusals, isCut }: ReaderLists,
  sort: TotalsSort,
  { countAgain, allow }: ReadersActions,
  now: number,
): TemplateResult {
  const columns: readonly Column<ReaderView>[] = [
    { name: 'Reader', kind: 'name', cell: readerLink },
    { name: 'Last seen', kind: 'text', sort: 'last', cell: ({ lastSeen }) => shortMomentOf(lastSeen, now) },
    { name: 'Visits', kind: 'number', cell: ({ visits }) => String(visits) },
    { name: 'Read', kind: 'number', sort: 'reading', cell: ({ readingTimeMs }) => lengthOf(readingTimeMs) },
  ];
  return html`
    <main>
      <h1>${read.length === 0 ? 'No readers yet' : 'Readers'}</h1>
      ${
        read.length === 0
          ? html`<p class="empty">Whoever reads a page behind the gate for 5 seconds or more is listed here.</p>`
          : totalsTable(ownerPath('/readers'), sort, columns, read)
      }
      ${isCut ? html`<p class="empty">These are the first ${read.length}. <code>npx stillhere readers</code> lists all.</p>` : nothing}
      ${
        opened.length === 0
          ? nothing
          : html`
              <details class="opened">
                <summary>Opened, never read: ${opened.length}</summary>
                <p>Visible for less than 5 seconds, each time: a mail scanner, or a person who left at once.</p>
                <ul class="plain">
                  ${opened.map((reader) => html`<li>${readerLink(reader)}, ${momentOf(reader.lastSeen, now)}</li>`)}
                </ul>
              </details>
            `
      }
      ${
        excluded.length === 0
          ? nothing
          : html`
              <details class="opened owner-only">
                <summary>Not counted: ${excluded.length}</summary>
                <p>Their sessions are listed, but kept out of the totals.</p>
                <ul class="plain">
                  ${excluded.map(
                    (reader) => html`
                      <li>
                        ${readerLink(reader)}
                        <button
                          class="quiet"
                          aria-label="Count again: ${reader.emailOfAccessor}"
                          @click=${() => countAgain(reader.id)}
                        >
                          Count again
                        </button>
                      </li>
                    `,
                  )}
                </ul>
              </details>
            `
      }
      ${refusals ? refusalsView(refusals, allow, now) : nothing}
    </main>
  `;
}

function readerLink({ id, emailOfAccessor }: Pick<ReaderView, 'id' | 'emailOfAccessor'>): TemplateResult {
  return html`<a href="${ownerPath('/readers')}/${id}" title=${emailOfAccessor}>${emailOfAccessor}</a>`;
}

export interface ReaderActions {
  readonly exclude: (isExcluded: boolean) => void;
  readonly block: (isBlocked: boolean) => void;
  /** Shows the address again. */
  readonly onErased: () => void;
}

export function readerView(
  reader: ReaderDetail,
  { sessions, next }: SessionList,
  pages: readonly PageTotalsView[],
  { exclude, block, onErased }: ReaderActions,
  now: number,
): TemplateResult {
  const { emailOfAccessor, firstSeen, visits, readingTimeMs, medianReadingTimeMs } = reader;
  const offlineMs = sessions.reduce((sum, session) => sum + session.offlineMs, 0);
  const read = new Set(reader.pages.map(({ id }) => id));
  const unread = pages.filter(({ id }) => !read.has(id));
  const nameOf = namePages([...reader.pages, ...pages].map(({ page }) => page));
  return html`
    <main class="session">
      <nav aria-label="Back"><a href=${ownerPath('/readers')}>All readers</a></nav>
      <h1>${breakable(emailOfAccessor)}</h1>
      <p class="lede">First seen ${momentOf(firstSeen, now)}.</p>
      ${figuresView([
        { name: 'read in all', value: lengthOf(readingTimeMs) },
        { name: visits === 1 ? 'visit' : 'visits', value: visits },
        ...(reader.sessions > 1 && medianReadingTimeMs !== null
          ? [{ name: 'median of a session', value: lengthOf(medianReadingTimeMs) }]
          : []),
        ...offlineFigure(offlineMs),
      ])}
      ${
        reader.pages.length === 0
          ? html`<p class="empty">
              ${reader.excluded ? 'Nothing is counted for this reader.' : 'Opened, and read nothing so far.'}
            </p>`
          : html`
              <h2>Pages</h2>
              ${barList(
                reader.pages.map(({ id, page, sessions: times, readingTimeMs: ms }) => ({
                  name: nameOf(page),
                  title: page,
                  href: `${ownerPath('/pages')}/${id}`,
                  value: ms,
                  figure: lengthOf(ms),
                  ...(times > 1 ? { note: `in ${times} sessions` } : {}),
                })),
              )}
            `
      }
      ${
        unread.length === 0
          ? nothing
          : html`<p class="aside">
              Not read:
              ${unread
                .slice(0, MOST_UNREAD)
                .map(({ page }) => nameOf(page))
                .join(
                  ', ',
                )}${unread.length > MOST_UNREAD ? `, and ${formatCount(unread.length - MOST_UNREAD, 'more page')}` : ''}.
            </p>`
      }
      ${
        sessions.length === 0
          ? nothing
          : html`<h2>Sessions</h2>
              ${sessionsTable(sessions, now, { isOfOne: true })}`
      }
      ${next ? html`<p class="empty">These are the latest ${sessions.length} sessions.</p>` : nothing}
      <p class="more">
        <a href=${hrefOfExport({ reader: reader.id })} download>Download as CSV</a>
        <a class="owner-only" href=${hrefOfReaderExport(reader.id)} download>Download everything as JSON</a>
        <a class="owner-only" href="${ownerPath('/readers')}/${reader.id}/record">Everything on one page</a>
      </p>
      ${exclusionView(reader.excluded, 'This reader', 'This is me: keep my sessions out of the totals', exclude)}
      ${readerAccessView(reader.blocked, block)}
      ${keyed(
        reader.id,
        html`<stillhere-erase-reader
          class="owner-only"
          .reader=${reader.id}
          .onErased=${onErased}
        ></stillhere-erase-reader>`,
      )}
    </main>
  `;
}
