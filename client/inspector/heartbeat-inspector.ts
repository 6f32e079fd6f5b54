// <heartbeat-inspector>: shows the queue of this device at the lower edge of any page of the site. To open it, add it
// to the page: `document.body.append(document.createElement('heartbeat-inspector'))`. To close it, remove it. Without
// custom elements (server-side rendering), importing this file defines none.
import { pageSource } from './page-source.ts';
import { loadLog, saveLog } from './visit-storage.ts';
import { InspectorView } from './view.ts';

interface Badge {
  setAppBadge?(count: number): Promise<void>;
  clearAppBadge?(): Promise<void>;
}

const Base = globalThis.HTMLElement ?? Object;

/** The element `<heartbeat-inspector>`. */
export class HeartbeatInspector extends Base {
  #view: InspectorView | undefined;
  #abort: AbortController | undefined;

  connectedCallback(): void {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#view = new InspectorView(this.shadowRoot ?? this.attachShadow({ mode: 'open' }), pageSource, {
      log: loadLog(),
      onClose: () => this.remove(),
      onShown: showBadge,
    });
    this.addEventListener('keydown', ({ key }) => key === 'Escape' && this.remove(), { signal });
    addEventListener('pagehide', () => this.#view && saveLog(this.#view.log), { signal });
  }

  /** Fires `close`. */
  disconnectedCallback(): void {
    if (this.#view) saveLog(this.#view.log);
    this.#view?.stop();
    this.#abort?.abort();
    showBadge(0);
    this.dispatchEvent(new Event('close'));
  }

  override focus(): void {
    this.shadowRoot?.querySelector('h2')?.focus();
  }
}

/** Shows the number of waiting spans on the installed app's icon, only while the inspector is open. */
function showBadge(waiting: number): void {
  const badge = navigator as Badge;
  const told = waiting > 0 ? badge.setAppBadge?.(waiting) : badge.clearAppBadge?.();
  told?.catch(() => {});
}

try {
  customElements.define('heartbeat-inspector', HeartbeatInspector);
} catch {
  // There are no custom elements, or it is already defined.
}
