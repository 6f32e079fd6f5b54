// The inspector's view of a device, for any root: the element's shadow root, or the devtools panel.
import { toRow } from '../../sw/channel/queue.ts';
import { DELIVERED, REFUSED, DELIVERIES, WAITING, type WaitingRow } from './columns.ts';
import { make, setText } from '../ui/dom.ts';
import { listFacts, summarize } from './facts.ts';
import { formatTime } from '../ui/format.ts';
import styles from './inspector.css?inline';
import { ReadingTimeline } from './reading-picture.ts';
import { writeReport } from './report.ts';
import { RowTable } from '../ui/row-table.ts';
import { makeSection, type Section } from '../ui/section.ts';
import type { Snapshot } from './snapshot.ts';
import type { Source } from './source.ts';
import { ViewHead } from './view-head.ts';
import { emptyLog, addEvent, type VisitLog } from './visit-log.ts';
import { withTimeout } from '../ui/with-timeout.ts';

interface Options {
  /** An existing log of this visit. */
  readonly log?: VisitLog | undefined;
  readonly onClose?: (() => void) | undefined;
  readonly onShown?: ((waiting: number) => void) | undefined;
}

/** Requests made while the page enters the back/forward cache are never answered (Firefox ESR 153: 3 of 17). */
const ANSWER_MS = 5_000;

/** Attributes of the scrolling part. Hidden until data is loaded. */
const BODY = { class: 'body', tabindex: '0', role: 'region', 'aria-label': 'Contents of the queue', hidden: '' };

export class InspectorView {
  log: VisitLog;
  readonly #source: Source;
  readonly #onShown: Options['onShown'];
  readonly #head: ViewHead;
  readonly #body = make('div', BODY);
  readonly #facts = make('dl', { class: 'facts' });
  readonly #picture = new ReadingTimeline();
  readonly #waiting = new RowTable('Waiting', WAITING);
  readonly #refused = new RowTable('Refused', REFUSED);
  readonly #delivered = new RowTable('Delivered in this visit', DELIVERED);
  readonly #turns = new RowTable('Timeline', DELIVERIES);
  readonly #sections: readonly Section[];
  readonly #unwatch: () => void;
  #snapshot: Snapshot | undefined;
  #isReading = false;
  #isStale = false;

  constructor(root: ShadowRoot | Document, source: Source, { log, onClose, onShown }: Options = {}) {
    this.#source = source;
    this.#onShown = onShown;
    this.log = log ?? emptyLog(Date.now());
    this.#head = new ViewHead({
      act: (action) => source.act(action).finally(() => this.refresh()),
      report: () => this.#snapshot && writeReport(this.#snapshot, this.log),
      onClose,
    });
    const since = formatTime(this.log.since, Date.now());
    this.#sections = [
      makeSection(this.#waiting.element, 'Nothing is waiting on this device.'),
      makeSection(this.#refused.element, '', this.#head.makeButton('Clear refused', 'clear-refused')),
      makeSection(this.#delivered.element, `No receipts since ${since}.`),
      makeSection(this.#turns.element, `No deliveries since ${since}.`),
    ];
    const columns = make('div', { class: 'columns' }, ...this.#sections.map(({ element }) => element));
    this.#body.append(this.#facts, this.#picture.element, columns);
    this.#draw(root);
    this.#unwatch = source.watch((announced) => {
      if (announced) this.log = addEvent(this.log, announced);
      this.refresh();
    });
    this.refresh();
  }

  /** Reads the device again and shows it. Calls during a read cause one more read. */
  refresh(): void {
    this.#isStale = true;
    if (!this.#isReading) void this.#read();
  }

  /** Removes all listeners. */
  stop(): void {
    this.#unwatch();
    this.#head.stop();
  }

  #draw(root: ShadowRoot | Document): void {
    // A constructed stylesheet is allowed under any Content-Security-Policy.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
    const attributes = { class: 'panel', 'aria-label': 'Heartbeat inspector' };
    const panel = make('section', attributes, this.#head.element, this.#body);
    (root instanceof Document ? root.body : root).replaceChildren(panel);
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    while (this.#isStale) {
      this.#isStale = false;
      try {
        this.#show(await withTimeout(ANSWER_MS, this.#source.read(), 'The device does not answer'));
        this.#body.hidden = false;
      } catch (error) {
        this.#head.showFailure(error);
        this.#body.hidden = true;
      }
    }
    this.#isReading = false;
  }

  #show(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.log = snapshot.announced.reduce(addEvent, this.log);
    const { at, refused } = snapshot;
    const { delivered, turns } = this.log;
    const waiting = this.#listWaiting(snapshot);
    this.#waiting.show(waiting, at);
    this.#refused.show(refused, at);
    this.#delivered.show(delivered, at);
    this.#turns.show(turns, at);
    const counts = [waiting, refused, delivered, turns].map(({ length }) => length);
    this.#sections.forEach((section, nth) => section.show(counts[nth] ?? 0));
    this.#picture.draw({ waiting, refused, delivered }, at);
    this.#showFacts(snapshot);
    this.#head.show(summarize(snapshot, waiting.length), snapshot);
    this.#onShown?.(waiting.length);
  }

  /** The spans in the queue. If the storage fails, also the spans that pages have reported. */
  #listWaiting({ waiting, storage, pause }: Snapshot): readonly WaitingRow[] {
    const rows = new Map(waiting.map((row) => [row.id, row]));
    if (storage.mode === 'denied' || storage.mode === 'memory')
      for (const span of this.log.held) rows.set(span.id, { ...toRow(span), lastError: 'in memory only' });
    return [...rows.values()].map((row) => ({ ...row, pause }));
  }

  #showFacts(snapshot: Snapshot): void {
    const facts = listFacts(snapshot, this.log);
    while (this.#facts.children.length > facts.length) this.#facts.lastElementChild?.remove();
    facts.forEach(({ title, text, isBad = false }, nth) => {
      const fact = this.#facts.children[nth] ?? this.#facts.appendChild(make('div', {}, make('dt'), make('dd')));
      const [term, description] = fact.children;
      fact.classList.toggle('bad', isBad);
      if (term) setText(term, title);
      if (description) setText(description, text);
    });
  }
}
