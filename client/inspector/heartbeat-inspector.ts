// <heartbeat-inspector>: shows the queue of this device at the lower edge of any page of the site. To open it, add it
// to the page: `document.body.append(document.createElement('heartbeat-inspector'))`. To close it, remove it. Without
// custom elements (server-side rendering), importing this file defines none.
import type { InspectorInPage } from './inspector-in-page.ts';

const Base = globalThis.HTMLElement ?? Object;

/** The element `<heartbeat-inspector>`. */
export class HeartbeatInspector extends Base {
  /** Undefined where it was removed before that was loaded. */
  #view: Promise<InspectorInPage | undefined> | undefined;
  #abort: AbortController | undefined;

  connectedCallback(): void {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.addEventListener('keydown', ({ key }) => key === 'Escape' && this.remove(), { signal });
    this.#view = this.#show(signal);
  }

  /** Fires `close`. */
  disconnectedCallback(): void {
    this.#abort?.abort();
    void this.#view?.then((view) => view?.stop());
    this.dispatchEvent(new Event('close'));
  }

  override focus(): void {
    void this.#view?.then((view) => view?.focus());
  }

  async #show(signal: AbortSignal): Promise<InspectorInPage | undefined> {
    const { showInspector } = await import('./inspector-in-page.ts');
    if (signal.aborted) return undefined;
    return showInspector(this.shadowRoot ?? this.attachShadow({ mode: 'open' }), () => this.remove());
  }
}

try {
  customElements.define('heartbeat-inspector', HeartbeatInspector);
} catch {
  // There are no custom elements, or it is already defined.
}
