// The inspector's picture of a device, drawn into any root: the element's shadow, or the devtools panel.
import { toRow } from '../../sw/queue.ts';
import { DELIVERED, REFUSED, TURNS, WAITING } from './columns.ts';
import { make, setText } from './dom.ts';
import { listFacts, summarize } from './facts.ts';
import { formatTime } from './format.ts';
import styles from './inspector.css?inline';
import { copyText } from './copy-text.ts';
import { ReadingPicture } from './reading-picture.ts';
import { writeReport } from './report.ts';
import { RowTable } from './row-table.ts';
import { makeSection, type Section } from './section.ts';
import { offlineUntil } from './simulate-offline.ts';
import type { Snapshot } from './snapshot.ts';
import type { Action, Source } from './source.ts';
import { emptyLog, note, type VisitLog } from './visit-log.ts';

interface Options {
  /** What is known of this visit already. */
  readonly log?: VisitLog | undefined;
  /** There is a button for it only where this is given. */
  readonly onClose?: (() => void) | undefined;
  readonly onShown?: ((waiting: number) => void) | undefined;
}

export class InspectorView {
  log: VisitLog;
  readonly #source: Source;
  readonly #options: Options;
  readonly #waiting = new RowTable('Waiting', WAITING);
  readonly #refused = new RowTable('Refused', REFUSED);
  readonly #delivered = new RowTable('Delivered in this visit', DELIVERED);
  readonly #turns = new RowTable('Timeline', TURNS);
  readonly #picture = new ReadingPicture();
  readonly #summary = make('p', { class: 'summary', role: 'status' }, 'Looking …');
  readonly #said = make('p', { class: 'said', role: 'alert' });
  readonly #facts = make('dl', { class: 'facts' });
  /** Not seen before something is known. */
  readonly #body = make('div', {
    class: 'body',
    tabindex: '0',
    role: 'region',
    'aria-label': 'What the queue holds',
    hidden: '',
  });
  readonly #offline = make('button', { type: 'button' }, 'Simulate offline');
  readonly #sections: readonly Section[];
  readonly #unwatch: () => void;
  #snapshot: Snapshot | undefined;
  #isReading = false;
  #isStale = false;
  #isOffline = false;
  #endOfOffline: ReturnType<typeof setTimeout> | undefined;

  constructor(root: ShadowRoot | Document, source: Source, options: Options = {}) {
    this.#source = source;
    this.#options = options;
    this.log = options.log ?? emptyLog(Date.now());
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
    const since = formatTime(this.log.since, Date.now());
    this.#sections = [
      makeSection(this.#waiting.element, 'Nothing waits on this device.'),
      makeSection(this.#refused.element, '', this.#button('Clear refused', 'clear-refused')),
      makeSection(this.#delivered.element, `No receipt has come since ${since}.`),
      makeSection(this.#turns.element, `Nothing was tried since ${since}.`),
    ];
    this.#offline.addEventListener('click', () => void this.#act(this.#isOffline ? 'go-online' : 'go-offline'));
    this.#body.append(
      this.#facts,
      this.#picture.element,
      make('div', { class: 'columns' }, ...this.#sections.map(({ element }) => element)),
    );
    const panel = make(
      'section',
      { class: 'panel', 'aria-label': 'Heartbeat inspector' },
      make('header', {}, make('h2', { tabindex: '-1' }, 'Heartbeat'), this.#summary, this.#makeActions(), this.#said),
      this.#body,
    );
    (root instanceof Document ? root.body : root).replaceChildren(panel);
    this.#unwatch = source.watch((announced) => {
      if (announced) this.log = note(this.log, announced);
      this.refresh();
    });
    this.refresh();
  }

  /** Reads the device again and shows it; asked many times meanwhile, once more. */
  refresh(): void {
    this.#isStale = true;
    if (!this.#isReading) void this.#read();
  }

  /** Nothing is listened to any more. */
  stop(): void {
    this.#unwatch();
    clearTimeout(this.#endOfOffline);
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    while (this.#isStale) {
      this.#isStale = false;
      try {
        this.#show(await this.#source.read());
      } catch (error) {
        setText(
          this.#summary,
          `This page can’t be looked at: ${error instanceof Error ? error.message : String(error)}.`,
        );
        this.#body.hidden = true;
      }
    }
    this.#isReading = false;
  }

  #show(snapshot: Snapshot): void {
    this.#snapshot = snapshot;
    this.#body.hidden = false;
    const { at, pause, refused, storage } = snapshot;
    this.log = snapshot.announced.reduce(note, this.log);
    const isUnread = storage.mode === 'denied' || storage.mode === 'memory';
    const queued = new Map(snapshot.waiting.map((row) => [row.id, row]));
    if (isUnread)
      for (const span of this.log.held) queued.set(span.id, { ...toRow(span), lastError: 'in memory only' });
    const waiting = [...queued.values()].map((row) => ({ ...row, pause }));
    this.#waiting.show(waiting, at);
    this.#refused.show(refused, at);
    this.#delivered.show(this.log.delivered, at);
    this.#turns.show(this.log.turns, at);
    const counts = [waiting.length, refused.length, this.log.delivered.length, this.log.turns.length];
    this.#sections.forEach((section, nth) => section.show(counts[nth] ?? 0));
    this.#picture.draw({ waiting, refused, delivered: this.log.delivered }, at);
    setText(this.#summary, summarize(snapshot, waiting.length));
    this.#showFacts(snapshot);
    this.#showOffline(snapshot);
    this.#options.onShown?.(waiting.length);
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

  #showOffline({ pause, at, storage }: Snapshot): void {
    const until = offlineUntil(pause, at);
    clearTimeout(this.#endOfOffline);
    // What leaves then leaves at once, as when a network is back.
    if (until) this.#endOfOffline = setTimeout(() => void this.#act('go-online'), until - Date.now());
    setText(this.#offline, until ? 'Back online' : 'Simulate offline');
    this.#isOffline = until !== undefined;
    this.#offline.disabled = storage.mode !== 'stored';
  }

  #makeActions(): HTMLElement {
    const copy = make('button', { type: 'button' }, 'Copy as JSON');
    copy.addEventListener('click', () => void this.#copy());
    const actions = make('div', { class: 'actions' }, this.#button('Deliver now', 'deliver'), this.#offline, copy);
    const { onClose } = this.#options;
    if (onClose) {
      const close = make('button', { type: 'button', class: 'close', 'aria-label': 'Close the inspector' }, '×');
      close.addEventListener('click', onClose);
      actions.append(close);
    }
    return actions;
  }

  #button(label: string, action: Action): HTMLButtonElement {
    const button = make('button', { type: 'button' }, label);
    button.addEventListener('click', () => void this.#act(action));
    return button;
  }

  async #act(action: Action): Promise<void> {
    setText(this.#said, '');
    try {
      await this.#source.act(action);
    } catch (error) {
      setText(this.#said, `${error instanceof Error ? error.message : String(error)}.`);
    }
    this.refresh();
  }

  async #copy(): Promise<void> {
    if (!this.#snapshot) return;
    const isCopied = await copyText(writeReport(this.#snapshot, this.log), this.#summary);
    setText(this.#said, isCopied ? 'Copied.' : 'The browser does not let it be copied.');
  }
}
