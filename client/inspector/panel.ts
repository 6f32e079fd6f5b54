// What the inspector shows: the head with its summary and buttons, the facts, the graph and the tables.
import { html, nothing, type TemplateResult } from 'lit';
import { toRow } from '../../sw/channel/queue.ts';
import { formatTime } from '../ui/format.ts';
import { tableSection } from '../ui/table-section.ts';
import { DELIVERED, DELIVERIES, REFUSED, WAITING, type WaitingRow } from './columns.ts';
import { listFacts, summarize } from './facts.ts';
import { readingGraph } from './reading-graph.ts';
import { offlineUntil } from './simulate-offline.ts';
import type { Snapshot } from './snapshot.ts';
import type { Action } from './source.ts';
import type { VisitLog } from './visit-log.ts';

export interface Shown {
  /** Undefined before the device has been read. */
  readonly snapshot: Snapshot | undefined;
  readonly log: VisitLog;
  /** Why the device can't be read. */
  readonly failure: string | undefined;
  /** What came of the last button. */
  readonly said: string;
}

export interface PanelActions {
  readonly act: (action: Action) => void;
  readonly copy: () => void;
  /** If set, there is a close button. */
  readonly close: (() => void) | undefined;
}

export function panel(shown: Shown, actions: PanelActions): TemplateResult {
  const { snapshot, log, failure } = shown;
  return html`
    <section class="panel" aria-label="Heartbeat inspector">
      ${head(shown, actions)}
      <div
        class="body"
        tabindex="0"
        role="region"
        aria-label="Contents of the queue"
        ?hidden=${!snapshot || failure !== undefined}
      >
        ${snapshot ? body(snapshot, log, actions) : nothing}
      </div>
    </section>
  `;
}

function head({ snapshot, log, failure, said }: Shown, { act, copy, close }: PanelActions): TemplateResult {
  const isOffline = snapshot !== undefined && offlineUntil(snapshot.pause, snapshot.at) !== undefined;
  const toggle = (): void => act(isOffline ? 'go-online' : 'go-offline');
  return html`
    <header>
      <h2 tabindex="-1">Heartbeat</h2>
      <p class="summary" role="status" .textContent=${sayState(snapshot, log, failure)}></p>
      <div class="actions">
        <button type="button" @click=${() => act('deliver')}>Deliver now</button>
        <button
          type="button"
          ?disabled=${snapshot?.storage.mode !== 'stored'}
          @click=${toggle}
          .textContent=${isOffline ? 'Back online' : 'Simulate offline'}
        ></button>
        <button type="button" @click=${copy}>Copy as JSON</button>
        ${
          close
            ? html`<button type="button" class="close" aria-label="Close the inspector" @click=${close}>×</button>`
            : nothing
        }
      </div>
      <p class="said" role="alert" .textContent=${said}></p>
    </header>
  `;
}

function sayState(snapshot: Snapshot | undefined, log: VisitLog, failure: string | undefined): string {
  if (failure !== undefined) return `This page can’t be inspected: ${failure}.`;
  return snapshot ? summarize(snapshot, listWaiting(snapshot, log).length) : 'Loading …';
}

function body(snapshot: Snapshot, log: VisitLog, { act }: PanelActions): TemplateResult {
  const { at, refused } = snapshot;
  const { delivered, turns } = log;
  const waiting = listWaiting(snapshot, log);
  const since = formatTime(log.since, at);
  const clear = html`<button type="button" @click=${() => act('clear-refused')}>Clear refused</button>`;
  return html`
    <dl class="facts">
      ${listFacts(snapshot, log).map(
        ({ title, text, isBad }) => html`
          <div class=${isBad ? 'bad' : ''}>
            <dt .textContent=${title}></dt>
            <dd .textContent=${text}></dd>
          </div>
        `,
      )}
    </dl>
    ${readingGraph({ delivered, refused, waiting }, at)}
    <div class="columns">
      ${tableSection('Waiting', WAITING, waiting, at, { emptyText: 'Nothing is waiting on this device.' })}
      ${tableSection('Refused', REFUSED, refused, at, { emptyText: '', action: clear })}
      ${tableSection('Delivered in this visit', DELIVERED, delivered, at, { emptyText: `No receipts since ${since}.` })}
      ${tableSection('Timeline', DELIVERIES, turns, at, { emptyText: `No deliveries since ${since}.` })}
    </div>
  `;
}

/** The spans in the queue. If the storage fails, also the spans that pages have reported. */
export function listWaiting({ waiting, storage, pause }: Snapshot, { held }: VisitLog): readonly WaitingRow[] {
  const rows = new Map(waiting.map((row) => [row.id, row]));
  if (storage.mode === 'denied' || storage.mode === 'memory')
    for (const span of held) rows.set(span.id, { ...toRow(span), lastError: 'in memory only' });
  return [...rows.values()].map((row) => ({ ...row, pause }));
}
