// What is kept about the reader: who sees it, until when, and each session as a train graph.
import { html, nothing, type TemplateResult } from 'lit';
import type { OwnRecord } from '../../sw/protocol/owner-api.ts';
import { formatLength } from '../ui/format.ts';
import { graphTable } from '../ui/graph-table.ts';
import type { GraphWords } from '../ui/graph-words.ts';
import { namePages } from '../ui/page-names.ts';
import { toGraphSpans } from '../ui/session-spans.ts';
import { layOut } from '../ui/train-graph.ts';
import { trainGraph } from '../ui/train-graph-view.ts';
import type { OwnRecordTexts } from './texts.ts';

type OwnSession = OwnRecord['sessions'][number];

/** @param locale of times and dates. */
export function ownRecordView(record: OwnRecord, texts: OwnRecordTexts, locale: string): TemplateResult {
  const { emailOfAccessor, shownBy, keptDays, owner, sessions } = record;
  return html`
    <p class="address">${emailOfAccessor}</p>
    <p>
      ${texts.shown[shownBy]} ${texts.seenBy(owner ?? texts.owner)}
      ${keptDays === null ? texts.keptUntilErased : texts.keptFor(keptDays)}
    </p>
    ${sessions.map((session) => sessionView(session, texts, locale))}
  `;
}

function sessionView(session: OwnSession, texts: OwnRecordTexts, locale: string): TemplateResult {
  const { sessionStartTime, readingTimeMs, measured, spans } = session;
  const clock = (options: Intl.DateTimeFormatOptions) => (at: number) =>
    new Date(at).toLocaleTimeString(locale, options);
  const words: GraphWords = {
    nameOf: namePages(spans.map(({ page }) => page)),
    timeOf: clock({ hour: '2-digit', minute: '2-digit' }),
    exactTimeOf: clock({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
    texts: texts.graph,
  };
  const day = (at: number): string =>
    new Date(at).toLocaleDateString(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  const startMs = Date.parse(sessionStartTime);
  const visits = layOut(toGraphSpans(session));
  if (visits.length === 0)
    return html`
      <section>
        <h2>${day(startMs)}, ${words.timeOf(startMs)}</h2>
        <p class="empty">${measured ? texts.nothingRead : texts.unmeasured}</p>
      </section>
    `;
  return html`
    <section>
      <h2>${day(startMs)}${readingTimeMs === null ? nothing : html`, ${texts.read(formatLength(readingTimeMs))}`}</h2>
      ${visits.map((visit) => {
        const title = texts.visit(day(visit.fromMs), words.timeOf(visit.fromMs), words.timeOf(visit.toMs));
        return html`${trainGraph(visit, visits.length > 1 ? title : undefined, words)} ${graphTable(visit, words)}`;
      })}
    </section>
  `;
}
