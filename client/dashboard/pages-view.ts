// All pages, and one of them: who read it, and for how long.
import { html, nothing, type TemplateResult } from 'lit';
import type { PageDetail, PageList, PageTotalsView } from '../../sw/protocol/owner-api.ts';
import { formatCount } from '../ui/format.ts';
import { namePages, pageName } from '../ui/page-names.ts';
import { barList } from './bar-list.ts';
import { figuresView } from './figures-view.ts';
import { toHistogram } from './histogram.ts';
import { totalsTable, type Column, type TotalsSort } from './totals-table.ts';
import { lengthOf, momentOf, shortMomentOf } from './wording.ts';
import { ownerPath } from './owner-path.ts';

export function pagesView({ pages, next }: PageList, sort: TotalsSort, now: number): TemplateResult {
  const nameOf = namePages(pages.map(({ page }) => page));
  const columns: readonly Column<PageTotalsView>[] = [
    {
      name: 'Page',
      kind: 'name',
      cell: ({ id, page }) => html`<a href="${ownerPath('/pages')}/${id}" title=${page}>${nameOf(page)}</a>`,
    },
    { name: 'Last read', kind: 'text', sort: 'last', cell: ({ lastRead }) => shortMomentOf(lastRead, now) },
    { name: 'Readers', kind: 'number', cell: ({ readers }) => String(readers) },
    { name: 'Median', kind: 'number', cell: ({ medianReadingTimeMs }) => lengthOf(medianReadingTimeMs) },
    { name: 'Read', kind: 'number', sort: 'reading', cell: ({ readingTimeMs }) => lengthOf(readingTimeMs) },
  ];
  return html`
    <main>
      <h1>${pages.length === 0 ? 'No page was read yet' : 'Pages'}</h1>
      ${
        pages.length === 0
          ? html`<p class="empty">Pages behind the gate are listed here as soon as somebody reads one.</p>`
          : totalsTable(ownerPath('/pages'), sort, columns, pages)
      }
      ${next ? html`<p class="empty">These are the first ${pages.length}. <code>npx stillhere pages</code> lists all.</p>` : nothing}
    </main>
  `;
}

export function pageView(page: PageDetail, now: number): TemplateResult {
  const { readers, sessions, readingTimeMs, medianReadingTimeMs, lastRead, readBy, distribution } = page;
  return html`
    <main class="session">
      <nav aria-label="Back"><a href=${ownerPath('/pages')}>All pages</a></nav>
      <h1>${pageName(page.page)}</h1>
      <p class="lede"><span class="path">${page.page}</span>, last read ${momentOf(lastRead, now)}.</p>
      ${figuresView([
        { name: readers === 1 ? 'reader' : 'readers', value: readers },
        { name: 'median of a session', value: lengthOf(medianReadingTimeMs) },
        { name: 'read in all', value: lengthOf(readingTimeMs) },
      ])}
      ${
        sessions < 2
          ? nothing
          : html`
              <h2>How long it was read</h2>
              ${barList(
                toHistogram(distribution).map(({ name, sessions: count }) => ({
                  name,
                  value: count,
                  figure: formatCount(count, 'session'),
                })),
              )}
            `
      }
      <h2>Who read it</h2>
      ${barList(
        readBy.map(({ id, emailOfAccessor, sessions: times, readingTimeMs: ms }) => ({
          name: emailOfAccessor,
          title: emailOfAccessor,
          href: `${ownerPath('/readers')}/${id}`,
          value: ms,
          figure: lengthOf(ms),
          ...(times > 1 ? { note: `in ${times} sessions` } : {}),
        })),
      )}
    </main>
  `;
}
