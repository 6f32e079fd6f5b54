// One session: its figures, its visits as train graphs, and its pages.
import { html, nothing, type TemplateResult } from 'lit';
import type { SessionDetail } from '../../sw/protocol/owner-api.ts';
import { ENGLISH_GRAPH } from '../ui/graph-texts.ts';
import { graphTable } from '../ui/graph-table.ts';
import { namePages } from '../ui/page-names.ts';
import { toGraphSpans } from '../ui/session-spans.ts';
import { layOut } from '../ui/train-graph.ts';
import { trainGraph } from '../ui/train-graph-view.ts';
import { sessionAccessView } from './access-view.ts';
import { barList } from './bar-list.ts';
import { exclusionView } from './exclusion-view.ts';
import { figuresView, offlineFigure } from './figures-view.ts';
import { titleOf } from './session-graph.ts';
import { breakable, dayOf, endOf, exactTimeOf, IDENTITY_SENTENCES, lengthOf, STATE_NAMES, timeOf } from './wording.ts';
import { ownerPath } from './owner-path.ts';

export interface SessionActions {
  /** Keeps the session out of the totals, or counts it again. */
  readonly exclude: (isExcluded: boolean) => void;
  readonly endAccess: () => void;
}

export function sessionView(
  session: SessionDetail,
  { exclude, endAccess }: SessionActions,
  now: number,
): TemplateResult {
  const visits = layOut(toGraphSpans(session));
  const { emailOfAccessor, sessionStartTime, readingTimeMs, offlineMs, pages } = session;
  const nameOf = namePages(pages.map(({ page }) => page));
  const words = { nameOf, timeOf, exactTimeOf, texts: ENGLISH_GRAPH };
  return html`
    <main class="session">
      <nav aria-label="Back"><a href=${ownerPath()}>All sessions</a></nav>
      <h1><a href="${ownerPath('/readers')}/${session.reader}">${breakable(emailOfAccessor)}</a></h1>
      <p class="lede">
        ${dayOf(sessionStartTime, now)}, from ${exactTimeOf(sessionStartTime)} ${endOf(session)}.
        ${session.state === 'ended' ? nothing : html`<span class="state ${session.state}">${STATE_NAMES[session.state]}</span>.`}
        ${IDENTITY_SENTENCES[session.identity]}
      </p>
      ${figuresView([
        { name: 'read', value: lengthOf(readingTimeMs) },
        { name: pages.length === 1 ? 'page' : 'pages', value: pages.length },
        { name: visits.length > 1 ? 'visits' : 'visit', value: Math.max(1, visits.length) },
        ...offlineFigure(offlineMs),
      ])}
      ${visits.map((visit, nth) => {
        const title = visits.length > 1 ? titleOf(visit, visits[nth - 1], now) : undefined;
        return html`${trainGraph(visit, title, words)} ${graphTable(visit, words)}`;
      })}
      ${
        pages.length === 0
          ? html`<p class="empty">
              Passed the
              gate${session.measured ? ', and read nothing so far.' : '. The reader chose not to be measured, so nothing else is recorded.'}
            </p>`
          : html`
              <h2>Pages</h2>
              ${barList(
                pages.map(({ page, readingTimeMs: ms, opened }) => ({
                  name: nameOf(page),
                  title: page,
                  value: ms,
                  figure: opened && ms === 0 ? 'opened' : lengthOf(ms),
                })),
              )}
            `
      }
      ${exclusionView(session.excluded, 'This session', 'Keep this session out of the totals', exclude)}
      ${sessionAccessView(session, endAccess, now)}
    </main>
  `;
}
