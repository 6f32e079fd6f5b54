// The inspector's view of a device, for any root: the element's shadow root, or the devtools panel.
import { render } from 'lit';
import { copyText } from '../ui/copy-text.ts';
import graphStyles from '../ui/train-graph.css?inline';
import { withTimeout } from '../ui/with-timeout.ts';
import styles from './inspector.css?inline';
import { listWaiting, panel, type PanelActions, type Shown } from './panel.ts';
import { writeReport } from './report.ts';
import { offlineUntil } from './simulate-offline.ts';
import type { Snapshot } from './snapshot.ts';
import type { Action, Source } from './source.ts';
import { addEvent, emptyLog, type VisitLog } from './visit-log.ts';

interface Options {
  /** An existing log of this visit. */
  readonly log?: VisitLog | undefined;
  readonly onClose?: (() => void) | undefined;
  readonly onShown?: ((waiting: number) => void) | undefined;
}

/** Requests made while the page enters the back/forward cache are never answered (Firefox ESR 153: 3 of 17). */
const ANSWER_MS = 5_000;
const SAID_MS = 4_000;

export class InspectorView {
  readonly #root: ShadowRoot | Document;
  readonly #source: Source;
  readonly #onShown: Options['onShown'];
  readonly #actions: PanelActions;
  readonly #unwatch: () => void;
  #shown: Shown;
  #isReading = false;
  #isStale = false;
  #isStopped = false;
  #endOfOffline: ReturnType<typeof setTimeout> | undefined;
  #endOfSaid: ReturnType<typeof setTimeout> | undefined;

  constructor(root: ShadowRoot | Document, source: Source, { log, onClose, onShown }: Options = {}) {
    this.#root = root;
    this.#source = source;
    this.#onShown = onShown;
    this.#shown = {
      snapshot: undefined,
      log: log ?? emptyLog(Date.now()),
      failure: undefined,
      said: '',
      trouble: '',
      filter: '',
      dropping: undefined,
      zoom: undefined,
    };
    this.#actions = {
      act: (action) => void this.#act(action),
      copy: () => void this.#copy(),
      download: () => this.#download(),
      filter: (filter) => this.#show({ filter }),
      drop: (id) => this.#drop(id),
      zoom: (zoom) => this.#show({ zoom }),
      close: onClose,
    };
    // A constructed stylesheet is allowed under any Content-Security-Policy.
    root.adoptedStyleSheets = [styles, graphStyles].map((text) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      return sheet;
    });
    this.#show({});
    this.#unwatch = source.watch((announced) => {
      if (announced) this.#shown = { ...this.#shown, log: addEvent(this.log, announced) };
      this.refresh();
    });
    this.refresh();
  }

  get log(): VisitLog {
    return this.#shown.log;
  }

  /** Reads the device again and shows it. Calls during a read cause one more read. */
  refresh(): void {
    this.#isStale = true;
    if (!this.#isReading) void this.#read();
  }

  focus(): void {
    this.#root.querySelector('h2')?.focus();
  }

  /** Removes all listeners. A read that is under way is no longer shown. */
  stop(): void {
    this.#isStopped = true;
    this.#unwatch();
    clearTimeout(this.#endOfOffline);
    clearTimeout(this.#endOfSaid);
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    while (this.#isStale) {
      this.#isStale = false;
      try {
        const snapshot = await withTimeout(ANSWER_MS, this.#source.read(), 'The device does not answer');
        if (this.#isStopped) return;
        this.#take(snapshot);
      } catch (error) {
        this.#show({ failure: describe(error) });
      }
    }
    this.#isReading = false;
  }

  #take(snapshot: Snapshot): void {
    const log = snapshot.announced.reduce(addEvent, this.log);
    const until = offlineUntil(snapshot.pause, snapshot.at);
    clearTimeout(this.#endOfOffline);
    // When the simulation ends, the queue is delivered at once, as when a network returns.
    if (until) this.#endOfOffline = setTimeout(() => void this.#act('go-online'), until - Date.now());
    this.#show({ snapshot, log, failure: undefined });
    this.#onShown?.(listWaiting(snapshot, log).length);
  }

  #show(change: Partial<Shown>): void {
    this.#shown = { ...this.#shown, ...change };
    const root = this.#root;
    render(panel(this.#shown, this.#actions), root instanceof Document ? root.body : root);
  }

  /** Errors are shown in the head. */
  async #act(action: Action): Promise<void> {
    this.#show({ said: '', trouble: '', dropping: undefined });
    try {
      await this.#source.act(action).finally(() => this.refresh());
    } catch (error) {
      this.#show({ trouble: `${describe(error)}.` });
    }
  }

  #drop(id: string): void {
    if (this.#shown.dropping === id) void this.#act({ drop: id });
    else this.#show({ dropping: id });
  }

  /** Success is said for a moment; trouble stays. */
  #say(said: string): void {
    this.#show({ said, trouble: '' });
    clearTimeout(this.#endOfSaid);
    this.#endOfSaid = setTimeout(() => this.#show({ said: '' }), SAID_MS);
  }

  async #copy(): Promise<void> {
    const { snapshot, log } = this.#shown;
    const beside = this.#root.querySelector('.summary');
    if (!snapshot || !beside) return;
    const isCopied = await copyText(writeReport(snapshot, log), beside);
    if (isCopied) this.#say('Copied.');
    else this.#show({ trouble: 'The browser does not allow copying. Download it instead.' });
  }

  #download(): void {
    const { snapshot, log } = this.#shown;
    if (!snapshot) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([writeReport(snapshot, log)], { type: 'application/json' }));
    link.download = `stillhere-${new Date(snapshot.at).toISOString().replaceAll(/[:.]/g, '-')}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
    this.#say('Downloaded.');
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
