// <session-heartbeat>: the heartbeat without code. Attributes are the options: interval, tick and idle-after in
// milliseconds; `adaptive` is on unless it is `false`; `worker` is the path of the worker's script, or `none`; `debug` is on if present. With `deliver-only`,
// the page is not counted and only delivers the queue.
// Without custom elements (server-side rendering), importing this file defines none.
import type { Heartbeat } from './heartbeat.ts';
import { deliverWaiting, startHeartbeat, startShared } from './start.ts';

const Base = globalThis.HTMLElement ?? Object;

/** The elements in the page. */
const elements = new Set<SessionHeartbeat>();

/** The element `<session-heartbeat>`. */
export class SessionHeartbeat extends Base {
  /** The heartbeat that runs while the element is in the page. */
  heartbeat: Heartbeat | undefined;

  connectedCallback(): void {
    // The options' reader takes a number as text, too, and null as undefined.
    const read = (name: string) => this.getAttribute(name) as string & number;
    // The element that a server injects has no other attribute.
    const start = this.attributes.length > +this.hasAttribute('worker') ? startHeartbeat : startShared;
    const run = this.hasAttribute('deliver-only') ? deliverWaiting : start;
    elements.add(this);
    this.heartbeat = run({
      interval: read('interval'),
      tick: read('tick'),
      idleAfter: read('idle-after'),
      worker: read('worker'),
      adaptive: read('adaptive') !== 'false',
      debug: this.hasAttribute('debug'),
    });
  }

  /**
   * Keeps the heartbeat if the element was only moved or replaced by another one, for example when a router swaps the
   * page.
   */
  async disconnectedCallback(): Promise<void> {
    elements.delete(this);
    await Promise.resolve();
    if ([...elements].every(({ heartbeat }) => heartbeat !== this.heartbeat)) void this.heartbeat?.stop();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'session-heartbeat': SessionHeartbeat;
  }
}

try {
  customElements.define('session-heartbeat', SessionHeartbeat);
} catch {
  // There are no custom elements, or another copy of this library has defined it.
}
