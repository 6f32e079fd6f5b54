// <session-heartbeat>: the heartbeat without code. Attributes are the options, in milliseconds: interval, tick,
// idle-after; `worker` is the path of the worker's script, or `none`; `debug` is on when it is there. With `deliver-only` the
// page itself is not read: it delivers what waits.
// Where there are no elements (a server that renders the page) importing it defines none.
import type { Heartbeat } from './heartbeat.ts';
import { deliverWaiting, startHeartbeat, startShared } from './start.ts';

const Base = globalThis.HTMLElement ?? Object;

/** Those that are in the page. */
const elements = new Set<SessionHeartbeat>();

/** The element `<session-heartbeat>`. */
export class SessionHeartbeat extends Base {
  /** What runs while the element is in the page. */
  heartbeat: Heartbeat | undefined;

  connectedCallback(): void {
    const ms = (name: string): number | undefined =>
      this.hasAttribute(name) ? Number(this.getAttribute(name)) : undefined;
    // The element of a server has no other attribute.
    const start = this.getAttributeNames().some((name) => name !== 'worker') ? startHeartbeat : startShared;
    const run = this.hasAttribute('deliver-only') ? deliverWaiting : start;
    elements.add(this);
    this.heartbeat = run({
      interval: ms('interval'),
      tick: ms('tick'),
      idleAfter: ms('idle-after'),
      worker: this.getAttribute('worker'),
      debug: this.hasAttribute('debug'),
    });
  }

  /** Not if it was only moved, or another one has taken its place, as with a page that a router puts into this document. */
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
  // There are no elements here, or another copy of this library has defined it.
}
