// The panel's head: the summary and the buttons.
import { copyText } from '../ui/copy-text.ts';
import { make, setText } from '../ui/dom.ts';
import { offlineUntil } from './simulate-offline.ts';
import type { Snapshot } from './snapshot.ts';
import type { Action } from './source.ts';

interface Wiring {
  readonly act: (action: Action) => Promise<void>;
  /** The text that "Copy as JSON" copies; undefined before data is loaded. */
  readonly report: () => string | undefined;
  /** If set, there is a close button. */
  readonly onClose?: (() => void) | undefined;
}

export class ViewHead {
  readonly element: HTMLElement;
  readonly #act: (action: Action) => Promise<void>;
  readonly #summary = make('p', { class: 'summary', role: 'status' }, 'Loading …');
  readonly #said = make('p', { class: 'said', role: 'alert' });
  readonly #offline = make('button', { type: 'button' });
  #isOffline = false;
  #endOfOffline: ReturnType<typeof setTimeout> | undefined;

  constructor({ act, report, onClose }: Wiring) {
    this.#act = act;
    this.#offline.addEventListener('click', () => void this.act(this.#isOffline ? 'go-online' : 'go-offline'));
    const copy = make('button', { type: 'button' }, 'Copy as JSON');
    copy.addEventListener('click', () => void this.#copy(report()));
    const actions = make('div', { class: 'actions' }, this.makeButton('Deliver now', 'deliver'), this.#offline, copy);
    if (onClose) {
      const close = make('button', { type: 'button', class: 'close', 'aria-label': 'Close the inspector' }, '×');
      close.addEventListener('click', onClose);
      actions.append(close);
    }
    this.element = make('header', {}, make('h2', { tabindex: '-1' }, 'Heartbeat'), this.#summary, actions, this.#said);
  }

  /** A button for an action. Errors are shown in the head. */
  makeButton(label: string, action: Action): HTMLButtonElement {
    const button = make('button', { type: 'button' }, label);
    button.addEventListener('click', () => void this.act(action));
    return button;
  }

  async act(action: Action): Promise<void> {
    setText(this.#said, '');
    try {
      await this.#act(action);
    } catch (error) {
      setText(this.#said, `${describe(error)}.`);
    }
  }

  show(summary: string, { pause, at, storage }: Snapshot): void {
    const until = offlineUntil(pause, at);
    clearTimeout(this.#endOfOffline);
    // When the simulation ends, the queue is delivered at once, as when a network returns.
    if (until) this.#endOfOffline = setTimeout(() => void this.act('go-online'), until - Date.now());
    this.#isOffline = until !== undefined;
    setText(this.#summary, summary);
    setText(this.#offline, until ? 'Back online' : 'Simulate offline');
    this.#offline.disabled = storage.mode !== 'stored';
  }

  showFailure(error: unknown): void {
    setText(this.#summary, `This page can’t be inspected: ${describe(error)}.`);
  }

  stop(): void {
    clearTimeout(this.#endOfOffline);
  }

  async #copy(report: string | undefined): Promise<void> {
    if (report === undefined) return;
    const isCopied = await copyText(report, this.#summary);
    setText(this.#said, isCopied ? 'Copied.' : 'The browser does not allow copying.');
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
