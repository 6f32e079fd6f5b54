// <heartbeat-inspector>: the queue of this device, open to inspection, at the lower edge of any page of the site. It opens by
// being put there: `document.body.append(document.createElement('heartbeat-inspector'))`; removing it closes it.
// Where there are no elements (a server that renders the page) importing it defines none.
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

  /** `close` tells whoever opened it. */
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

/** How many spans wait, on the icon of the installed app: only while somebody looks into the queue. */
function showBadge(waiting: number): void {
  const badge = navigator as Badge;
  const told = waiting > 0 ? badge.setAppBadge?.(waiting) : badge.clearAppBadge?.();
  told?.catch(() => {});
}

try {
  customElements.define('heartbeat-inspector', HeartbeatInspector);
} catch {
  // There are no elements here, or it is defined already.
}
