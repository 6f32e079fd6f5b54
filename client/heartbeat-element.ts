// <session-heartbeat>: the heartbeat without code. Attributes are the options, in milliseconds: interval, tick,
// idle-after; `worker` is the path of the worker's script, or `none`; `debug` is on when it is there. With `deliver-only` the page itself is not read: it delivers what waits.
import { deliverWaiting, startHeartbeat, type Heartbeat } from './start-heartbeat.ts';

export class SessionHeartbeat extends HTMLElement {
  /** What runs while the element is in the page. */
  heartbeat: Heartbeat | undefined;

  connectedCallback(): void {
    const ms = (name: string): number | undefined =>
      this.hasAttribute(name) ? Number(this.getAttribute(name)) : undefined;
    const run = this.hasAttribute('deliver-only') ? deliverWaiting : startHeartbeat;
    this.heartbeat = run({
      interval: ms('interval'),
      tick: ms('tick'),
      idleAfter: ms('idle-after'),
      worker: this.getAttribute('worker'),
      debug: this.hasAttribute('debug'),
    });
  }

  disconnectedCallback(): void {
    void this.heartbeat?.stop();
  }
}

if (!customElements.get('session-heartbeat')) customElements.define('session-heartbeat', SessionHeartbeat);
