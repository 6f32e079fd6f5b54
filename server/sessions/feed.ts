// Tells the owner's pages that sessions have changed, as server-sent events. An event has no data: the page asks for what it
// shows. Changes by other processes on the same store aren't seen here, so pages ask from time to time, too.
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionStore } from '../store/session-store.ts';

/** At most one event in so many milliseconds. */
const PAUSE_MS = 400;
/** A comment, so that proxies keep the connection. */
const SILENCE_MS = 20_000;
/** Then the page connects again, which checks its login. */
const LIFE_MS = 10 * 60_000;

export class Feed {
  readonly #waiting = new Set<() => void>();
  readonly #unwatch: () => void;
  #changes = 0;
  #isClosed = false;

  constructor(store: Pick<SessionStore, 'watch'>) {
    this.#unwatch = store.watch(() => {
      this.#changes++;
      this.#wake();
    });
  }

  /** The text of a `text/event-stream`, until {@link close}, or for ten minutes. */
  async *events(): AsyncGenerator<string> {
    const untilMs = performance.now() + LIFE_MS;
    yield 'retry: 1000\n\n';
    for (let seen = this.#changes; !this.#isClosed && performance.now() < untilMs;) {
      if (this.#changes === seen) await this.#wait();
      yield this.#changes === seen ? ':\n\n' : 'event: changed\ndata:\n\n';
      seen = this.#changes;
      await delay(PAUSE_MS, undefined, { ref: false });
    }
  }

  /** Ends all streams. */
  close(): void {
    this.#isClosed = true;
    this.#unwatch();
    this.#wake();
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, SILENCE_MS);
      timer.unref();
      this.#waiting.add(end);
    });
  }

  #wake(): void {
    for (const end of this.#waiting) end();
  }
}
