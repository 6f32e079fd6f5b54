// What the inspector shows: the head with its summary and buttons, the facts, the graph and the tables.
import { html, nothing, type TemplateResult } from 'lit';
import type { QueuedSpan } from '../../sw/channel/database.ts';
import { toRow } from '../../sw/channel/queue.ts';
import { formatTime } from '../ui/format.ts';
import { tableSection } from '../ui/table-section.ts';
import type { Column, RowControl } from '../ui/row-table.ts';
import { DELIVERED, DELIVERIES, REFUSED, WAITING } from './columns.ts';
import { listFacts, summarize } from './facts.ts';
import { FAILURES, type FailureName } from './failures.ts';
import { readingGraph, type Zoom } from './reading-graph.ts';
import { offlineUntil } from './simulate-offline.ts';
import type { Snapshot } from './snapshot.ts';
import type { Action } from './source.ts';
import type { VisitLog } from './visit-log.ts';
import { isBeingRead, type WaitingRow } from './why-waiting.ts';

export interface Shown {
  /** Undefined before the device has been read. */
  readonly snapshot: Snapshot | undefined;
  readonly log: VisitLog;
  /** Why the device can't be read. */
  readonly failure: string | undefined;
  /** What came of the last button. */
  readonly said: string;
  /** Why the last button failed. */
  readonly trouble: string;
  /** Only rows with this text are listed. */
  readonly filter: string;
  /** The row that is dropped if its button is pressed once more. */
  readonly dropping: string | undefined;
  readonly zoom: Zoom;
}

export interface PanelActions {
  readonly act: (action: Action) => void;
  readonly copy: () => void;
  readonly download: () => void;
  readonly filter: (text: string) => void;
  /** The first time, it asks whether this is meant. */
  readonly drop: (id: string) => void;
  readonly zoom: (zoom: Zoom) => void;
  /** If set, there is a close button. */
  readonly close: (() => void) | undefined;
}

export function panel(shown: Shown, actions: PanelActions): TemplateResult {
  const { snapshot, failure } = shown;
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
        ${snapshot ? body(snapshot, shown, actions) : nothing}
      </div>
    </section>
  `;
}

function head(
  { snapshot, log, failure, said, trouble }: Shown,
  { act, copy, download, close }: PanelActions,
): TemplateResult {
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
        ${failureMenu(act)}
        <button type="button" @click=${copy}>Copy as JSON</button>
        <button type="button" @click=${download}>Download</button>
        ${
          close
            ? html`<button type="button" class="close" aria-label="Close the inspector" @click=${close}>×</button>`
            : nothing
        }
      </div>
      <p class="said" role="status" .textContent=${said}></p>
      <p class="trouble" role="alert" .textContent=${trouble}></p>
    </header>
  `;
}

/** One delivery that fails in the chosen way. */
function failureMenu(act: PanelActions['act']): TemplateResult {
  const close = (menu: HTMLElement): void => menu.removeAttribute('open');
  const choose = (event: Event, simulate: FailureName): void => {
    const menu = (event.currentTarget as HTMLElement).closest('details');
    if (menu) close(menu);
    menu?.querySelector('summary')?.focus();
    act({ simulate });
  };
  // Escape closes the menu, and not the inspector.
  const onKey = (event: KeyboardEvent): void => {
    const menu = event.currentTarget as HTMLDetailsElement;
    if (event.key !== 'Escape' || !menu.open) return;
    event.stopPropagation();
    close(menu);
    menu.querySelector('summary')?.focus();
  };
  const onLeave = ({ currentTarget, relatedTarget }: FocusEvent): void => {
    const menu = currentTarget as HTMLElement;
    if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) close(menu);
  };
  return html`
    <details class="menu" @keydown=${onKey} @focusout=${onLeave}>
      <summary>Simulate a failure</summary>
      <div>
        ${(Object.keys(FAILURES) as FailureName[]).map(
          (name) =>
            html`<button type="button" @click=${(event: Event) => choose(event, name)}>
              ${FAILURES[name].label}
            </button>`,
        )}
      </div>
    </details>
  `;
}

function sayState(snapshot: Snapshot | undefined, log: VisitLog, failure: string | undefined): string {
  if (failure !== undefined) return `This page can’t be inspected: ${failure}.`;
  return snapshot ? summarize(snapshot, listWaiting(snapshot, log).length) : 'Loading …';
}

function body(snapshot: Snapshot, { log, filter, dropping, zoom }: Shown, actions: PanelActions): TemplateResult {
  const { at, refused } = snapshot;
  const { delivered, turns } = log;
  const waiting = listWaiting(snapshot, log);
  const since = formatTime(log.since, at);
  const clear = html`<button type="button" @click=${() => actions.act('clear-refused')}>Clear refused</button>`;
  const found = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): readonly Row[] =>
    findRows(columns, rows, filter, at);
  const nothingOr = (text: string): string => (filter === '' ? text : 'No row has this text.');
  const control: RowControl<QueuedSpan> = {
    title: 'Send or drop',
    buttons: (row) => (isBeingRead(row, at) ? nothing : rowButtons(row, at, dropping, actions)),
  };
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
    ${readingGraph({ delivered, refused, waiting }, at, zoom, actions.zoom)}
    <label class="filter">
      <span>Filter</span>
      <input
        type="search"
        placeholder="page, error, trigger …"
        .value=${filter}
        @input=${(event: Event) => actions.filter((event.target as HTMLInputElement).value)}
      />
    </label>
    <div class="columns">
      ${tableSection('Waiting', WAITING, found(WAITING, waiting), at, {
        emptyText: nothingOr('Nothing is waiting on this device.'),
        control,
      })}
      ${tableSection('Refused', REFUSED, found(REFUSED, refused), at, { emptyText: '', action: clear, control })}
      ${tableSection('Delivered in this visit', DELIVERED, found(DELIVERED, delivered), at, {
        emptyText: nothingOr(`No receipts since ${since}.`),
      })}
      ${tableSection('Timeline', DELIVERIES, found(DELIVERIES, turns), at, {
        emptyText: nothingOr(`No deliveries since ${since}.`),
      })}
    </div>
  `;
}

/** Those with the text in any cell, in any case. */
export function findRows<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  filter: string,
  now: number,
): readonly Row[] {
  const wanted = filter.trim().toLowerCase();
  if (wanted === '') return rows;
  return rows.filter((row) => columns.some(({ text }) => text(row, now).toLowerCase().includes(wanted)));
}

function rowButtons(
  { id, page, start }: QueuedSpan,
  now: number,
  dropping: string | undefined,
  actions: PanelActions,
): TemplateResult {
  const isAsked = id === dropping;
  // A page is read more than once.
  const reading = `the reading of ${page}, ${formatTime(start, now)}`;
  const label = isAsked ? `Drop ${reading}, for good` : `Drop ${reading}`;
  return html`
    <button type="button" aria-label=${`Send ${reading}`} @click=${() => actions.act({ replay: id })}>Send</button>
    <button
      type="button"
      class=${isAsked ? 'asked' : ''}
      aria-label=${label}
      @click=${() => actions.drop(id)}
      .textContent=${isAsked ? 'For good?' : 'Drop'}
    ></button>
  `;
}

/** The spans in the queue. If the storage fails, also the spans that pages have reported. */
export function listWaiting({ waiting, storage, pause }: Snapshot, { held }: VisitLog): readonly WaitingRow[] {
  const rows = new Map(waiting.map((row) => [row.id, row]));
  if (storage.mode === 'denied' || storage.mode === 'memory')
    for (const span of held) rows.set(span.id, { ...toRow(span), lastError: 'in memory only' });
  return [...rows.values()].map((row) => ({ ...row, pause }));
}
