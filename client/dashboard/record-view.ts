// All that is kept about one reader, to be read or printed: what the export has as JSON.
import { html, nothing, type TemplateResult } from 'lit';
import type { ReaderExport, RecordedSession, SpanView } from '../../sw/protocol/owner-api.ts';
import { formatCount } from '../ui/format.ts';
import { ENGLISH_GRAPH } from '../ui/graph-texts.ts';
import { namePages } from '../ui/page-names.ts';
import { toGraphSpans } from '../ui/session-spans.ts';
import { layOut } from '../ui/train-graph.ts';
import { trainGraph } from '../ui/train-graph-view.ts';
import { hrefOfReaderExport } from './owner-client.ts';
import { ownerPath } from './owner-path.ts';
import { breakable, endOf, exactTimeOf, IDENTITY_SENTENCES, lengthOf, stampOf, timeOf, timeZone } from './wording.ts';

type Fact = readonly [name: string, value: string];

/** @param atMs when it was loaded. */
export function recordView(reader: string, record: ReaderExport, atMs: number): TemplateResult {
  const { emailOfAccessor, invitations, codes, sessions } = record;
  return html`
    <main class="session record">
      <nav aria-label="Back"><a href="${ownerPath('/readers')}/${reader}">The reader</a></nav>
      <h1>${breakable(emailOfAccessor)}</h1>
      <p class="lede">All that is kept with this address, as of ${stampOf(atMs)}. Times are in ${timeZone()}.</p>
      <p class="more on-screen">
        <button @click=${() => window.print()}>Print</button>
        <a href=${hrefOfReaderExport(reader)} download>Download as JSON</a>
      </p>
      <h2>Access</h2>
      ${facts(accessOf(record))}
      ${
        invitations.length === 0
          ? nothing
          : html`<h2>Personal links</h2>
              ${invitations.map((one) => facts(linkOf(one)))}`
      }
      ${
        codes.length === 0
          ? nothing
          : html`<h2>Codes by mail</h2>
              ${codes.map(({ page, sent, expires }) =>
                facts([
                  ['Sent', stampOf(sent)],
                  ['Expires', stampOf(expires)],
                  ['For the page', page],
                ]),
              )}`
      }
      ${sessions.length === 0 ? nothing : html`<h2>${formatCount(sessions.length, 'session')}</h2>`}
      ${sessions.map(sessionRecord)}
    </main>
  `;
}

function accessOf({ blockedSince, excluded, refused }: ReaderExport): readonly Fact[] {
  return [
    ['Taken by the owner', blockedSince === null ? 'no' : stampOf(blockedSince)],
    ['Counted in the totals', excluded ? 'no' : 'yes'],
    [
      'Refused at the gate',
      refused
        ? `${formatCount(refused.tries, 'try', 'tries')}, from ${stampOf(refused.firstTry)} to ${stampOf(refused.lastTry)}`
        : 'not in the last 30 days',
    ],
  ];
}

function linkOf({ pages, created, expires, revoked, opened }: ReaderExport['invitations'][number]): readonly Fact[] {
  return [
    ['Made', stampOf(created)],
    ['Opens', pages === null ? 'all pages' : `pages below ${pages}`],
    ['Expires', stampOf(expires)],
    ['Revoked', revoked === null ? 'no' : stampOf(revoked)],
    ['First opened', opened === null ? 'not yet' : stampOf(opened)],
  ];
}

function sessionRecord(session: RecordedSession): TemplateResult {
  const { sessionStartTime, spans, visits } = session;
  const words = { nameOf: namePages(spans.map(({ page }) => page)), timeOf, exactTimeOf, texts: ENGLISH_GRAPH };
  return html`
    <section>
      <h3>${stampOf(sessionStartTime)}</h3>
      ${facts(factsOf(session))}
      ${layOut(toGraphSpans(session)).map((visit, nth) => {
        const { start, end, readingTimeMs } = visits[nth] ?? {};
        const title =
          start && end ? `${stampOf(start)} to ${stampOf(end)}, ${lengthOf(readingTimeMs ?? null)} read` : undefined;
        return trainGraph(visit, title, words);
      })}
      ${spans.length === 0 ? nothing : spansTable(spans)}
    </section>
  `;
}

function factsOf(session: RecordedSession): readonly Fact[] {
  const { ref, identity, readingTimeMs, offlineMs, durationMs, currentPage, measured, mirrored } = session;
  const { excluded, accessEndedTime } = session;
  return [
    ['Session', ref],
    ['Whose it is', IDENTITY_SENTENCES[identity]],
    ['Lasted', `${lengthOf(durationMs)}, ${endOf(session)}`],
    ['Read', measured ? lengthOf(readingTimeMs) : 'not measured: the reader chose so'],
    ['Of it offline', lengthOf(offlineMs)],
    ['Last page', currentPage ?? 'none'],
    ['Counted in the totals', excluded ? 'no' : 'yes'],
    ['Access ended early', accessEndedTime === null ? 'no' : stampOf(accessEndedTime)],
    ['Copied to NocoDB as it is', mirrored ? 'yes' : 'no'],
  ];
}

function spansTable(spans: readonly SpanView[]): TemplateResult {
  return html`
    <div class="steps">
      <div class="scroll" tabindex="0" role="group" aria-label="What was read">
        <table>
          <thead>
            <tr>
              ${['From', 'To', 'Page', 'How the end is known', 'Delivered'].map((name) => html`<th scope="col">${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${spans.map(
              (span) => html`
                <tr>
                  <td>${stampOf(span.start)}</td>
                  <td>${stampOf(span.end)}</td>
                  <td>${span.page}</td>
                  <td>${endOfSpan(span)}</td>
                  <td>${deliveryOf(span)}</td>
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
    </div>
  `;
}

function endOfSpan({ closed, clamped }: SpanView): string {
  if (clamped) return ENGLISH_GRAPH.ends.bounded;
  return closed ? ENGLISH_GRAPH.ends.goodbye : 'last sign of the page';
}

function deliveryOf({ late, replayed, receivedAt }: SpanView): string {
  const how = replayed ? 'after an outage' : late ? 'late' : 'at once';
  return receivedAt === undefined ? how : `${how}, ${stampOf(receivedAt)}`;
}

function facts(all: readonly Fact[]): TemplateResult {
  return html`
    <dl class="facts">
      ${all.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
    </dl>
  `;
}
