// `<stillhere-own-record>`: what is kept about the reader, while the access lasts. Stores nothing on the device.
import { html, LitElement, nothing, unsafeCSS, type TemplateResult } from 'lit';
import type { OwnRecord } from '../../sw/protocol/owner-api.ts';
import graphCss from '../ui/train-graph.css?inline';
import css from './own-record.css?inline';
import { ownRecordView } from './own-record-view.ts';
import { textsIn } from './texts.ts';

const UNAUTHORIZED = 401;

type Shown = 'loading' | 'no-access' | 'failed' | 'erased' | OwnRecord;

class OwnRecordElement extends LitElement {
  static override readonly styles = [unsafeCSS(css), unsafeCSS(graphCss)];

  #shown: Shown = 'loading';
  #isAsking = false;
  #hasEraseFailed = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  get #base(): string {
    return this.getAttribute('base') ?? '';
  }

  override render(): TemplateResult {
    const texts = textsIn(this.lang);
    const shown = this.#shown;
    if (shown === 'loading') return html`<p aria-busy="true"></p>`;
    if (shown === 'erased') return html`<p tabindex="-1">${texts.erased}</p>`;
    if (shown === 'no-access')
      return html`
        <p>${texts.noAccess}</p>
        <p><a href="${this.#base}/access?next=${encodeURIComponent(location.pathname)}">${texts.toGate}</a></p>
      `;
    if (shown === 'failed')
      return html`
        <p role="alert">${texts.failed}</p>
        <button @click=${() => void this.#load()}>${texts.again}</button>
      `;
    return html`
      ${ownRecordView(shown, texts, localeOf(this.lang))}
      <p><a href=${this.#address} download="record.json">${texts.download}</a></p>
      ${shown.mayErase ? this.#erasure() : html`<p>${texts.notErasable}</p>`}
    `;
  }

  #erasure(): TemplateResult {
    const texts = textsIn(this.lang);
    if (!this.#isAsking) return html`<button class="quiet" @click=${() => this.#ask(true)}>${texts.erase}</button>`;
    return html`
      <div class="question" role="group" aria-labelledby="question">
        <p id="question">${texts.eraseQuestion}</p>
        ${this.#hasEraseFailed ? html`<p role="alert">${texts.eraseFailed}</p>` : nothing}
        <button @click=${() => void this.#erase()}>${texts.eraseConfirm}</button>
        <button class="quiet" @click=${() => this.#ask(false)}>${texts.cancel}</button>
      </div>
    `;
  }

  #ask(isAsking: boolean): void {
    this.#isAsking = isAsking;
    this.#hasEraseFailed = false;
    this.requestUpdate();
    // The button that was pressed is gone.
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLElement>(isAsking ? '.question .quiet' : 'button.quiet')?.focus(),
    );
  }

  get #address(): string {
    return `${this.#base}/api/own-record`;
  }

  async #load(): Promise<void> {
    this.#show(await this.#request('GET', async (response) => (await response.json()) as OwnRecord));
  }

  async #erase(): Promise<void> {
    this.#hasEraseFailed = false;
    this.requestUpdate();
    const shown = await this.#request('DELETE', async () => 'erased');
    this.#hasEraseFailed = shown === 'failed';
    if (this.#hasEraseFailed) {
      this.requestUpdate();
      return;
    }
    this.#show(shown);
    // The button that was pressed is gone.
    await this.updateComplete;
    this.renderRoot.querySelector('p')?.focus();
  }

  async #request(method: string, read: (response: Response) => Promise<Shown>): Promise<Shown> {
    try {
      const response = await fetch(this.#address, { method });
      if (response.status === UNAUTHORIZED) return 'no-access';
      return response.ok ? await read(response) : 'failed';
    } catch {
      return 'failed';
    }
  }

  #show(shown: Shown): void {
    this.#shown = shown;
    this.requestUpdate();
  }
}

/** As the reader writes times in the language of the page. */
function localeOf(tag: string): string {
  return navigator.languages.find((one) => one.startsWith(`${tag}-`)) ?? tag;
}

customElements.define('stillhere-own-record', OwnRecordElement);
