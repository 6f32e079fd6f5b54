// A tab with one page in it: the real client in as much of a document as it asks for.
import type { HeartbeatOptions } from '../../client/options.ts';
import type { Heartbeat } from '../../client/heartbeat.ts';
import { SESSION_COOKIE } from '../../sw/protocol/delivery.ts';
import type { Device } from './device.ts';
import { Realm } from './realm.ts';
import { messageChannel, serviceWorkerContainer } from './service-worker-container.ts';
import { TICK_MS } from './truth.ts';

const OPTIONS: HeartbeatOptions = { tick: TICK_MS, interval: 15_000, idleAfter: 0 };

/** Which of the three ways of the last word don't work this time. */
export interface Lost {
  readonly storage: boolean;
  readonly message: boolean;
  readonly request: boolean;
}

export class Tab {
  readonly realm: Realm;
  isVisible = true;
  #lost: Lost | undefined;
  readonly #unanswered = new Set<object>();
  readonly #serviceWorker: EventTarget;
  readonly #device: Device;
  readonly #location: URL;
  readonly #window = Object.assign(new EventTarget(), { length: 0, parent: {} });
  readonly #document = new EventTarget();

  constructor(device: Device, path: string) {
    this.#device = device;
    this.realm = new Realm(device);
    this.#location = new URL(path, 'http://site.test');
    this.#window.parent = this.#window;
    this.#serviceWorker = serviceWorkerContainer(device, () => this.#lost?.message);
    this.#start();
  }

  get page(): string {
    return this.#location.pathname;
  }

  /** A message to the worker hasn't been answered: who knows whether it still lives. */
  get isWaitingForWorker(): boolean {
    return this.#unanswered.size > 0;
  }

  show(): void {
    this.#see(true);
  }

  /** A hidden page is frozen, and thawed before it is shown again. Its timers need no stopping: hidden it has none. */
  freeze(): void {
    this.hide();
    for (const type of ['freeze', 'resume']) this.#document.dispatchEvent(new Event(type));
  }

  /** Into the back/forward cache. */
  away(): void {
    if (!this.isVisible) return;
    this.#device.world.truth.ended(this, this.#device.clock.now, true);
    this.tell('pagehide');
    this.#see(false);
  }

  /** Out of it. */
  back(): void {
    this.#see(true);
    this.#window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  }

  hide(): void {
    this.#see(false);
    this.#device.world.truth.ended(this, this.#device.clock.now, true);
  }

  /** Another page of a single-page site. */
  go(path: string): void {
    this.#location.pathname = path;
    this.#window.dispatchEvent(new Event('popstate'));
  }

  get visibilityState(): string {
    return this.isVisible ? 'visible' : 'hidden';
  }

  /** The worker says something to the page. */
  postMessage(message: unknown): void {
    const data: unknown = structuredClone(message);
    setImmediate(() => {
      if (this.realm.isAlive) this.#serviceWorker.dispatchEvent(Object.assign(new Event('message'), { data }));
    });
  }

  /** An event of the window. */
  tell(type: string): void {
    this.#window.dispatchEvent(new Event(type));
  }

  /** In which order a page hears of it differs by engine. */
  close(lost: Lost, isHiddenFirst: boolean): void {
    const { truth, clock } = this.#device.world;
    const isSure = !((lost.storage || this.#device.isDisconnected) && lost.message);
    if (!isSure) truth.cutShort(this);
    truth.ended(this, clock.now, isSure);
    this.#lost = lost;
    if (isHiddenFirst) this.#see(false);
    this.tell('pagehide');
    if (!isHiddenFirst) this.#see(false);
    this.realm.kill(lost.storage);
    truth.left(this);
  }

  /** The page's process is gone: no event tells of it. */
  kill(): void {
    const { truth, clock } = this.#device.world;
    truth.ended(this, clock.now, false);
    this.realm.kill(true);
    truth.left(this);
  }

  #see(isVisible: boolean): void {
    if (this.isVisible === isVisible) return;
    this.isVisible = isVisible;
    this.#document.dispatchEvent(new Event('visibilitychange'));
  }

  #start(): void {
    const device = this.#device;
    const { realm } = this;
    const { globals } = realm;
    const { truth, clock } = device.world;
    const document = Object.defineProperties(this.#document, {
      visibilityState: { get: () => this.visibilityState },
      cookie: { get: () => `theme=dark; ${SESSION_COOKIE}=${device.session}` },
      readyState: { value: 'complete' },
      hasFocus: { value: () => true },
      // No server has put anything into it.
      querySelector: { value: () => null },
    });
    const scope = {
      addEventListener: this.#window.addEventListener.bind(this.#window),
      removeEventListener: this.#window.removeEventListener.bind(this.#window),
    };
    const page = device.world.scripts.page({
      ...globals,
      ...scope,
      self: { ...scope, setTimeout: globals['setTimeout'] },
      window: this.#window,
      document,
      location: this.#location,
      history: { pushState: () => {}, replaceState: () => {} },
      navigator: {
        get onLine() {
          return device.isOnline;
        },
        locks: device.locks.of(realm),
        serviceWorker: this.#serviceWorker,
      },
      MessageChannel: messageChannel(realm, this.#unanswered),
      crypto: {
        getRandomValues: (bytes: Uint8Array<ArrayBuffer>) => {
          const filled = (globals['crypto'] as Crypto).getRandomValues(bytes);
          const id = Array.from(filled, (byte) => byte.toString(16).padStart(2, '0')).join('');
          truth.began({ id, tab: this, session: device.session, page: this.#location.pathname, at: clock.now });
          return filled;
        },
      },
      fetch: (path: string, init: RequestInit) =>
        this.#lost?.request ? new Promise(() => {}) : device.fetch(realm, path, init),
    });
    (page['startHeartbeat'] as (options: HeartbeatOptions) => Heartbeat)(OPTIONS);
  }
}
