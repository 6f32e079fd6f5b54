// Tells the owner's pages that sessions have changed, as server-sent events. An event has no data: the page asks for what it
// shows. Changes by another process on a store in SQLite, like a command, aren't seen here, so pages ask from time to time, too.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionStore } from '../store/session-store.ts';
import { ChangeRelay } from './change-relay.ts';

/** At most one event in so many milliseconds. */
const PAUSE_MS = 400;
/** A comment, so that proxies keep the connection. */
const SILENCE_MS = 20_000;
/** Then the page connects again, which checks its login. */
const LIFE_MS = 10 * 60_000;

export class Feed {
  readonly #waiting = new Set<() => void>();
  readonly #unwatch: () => void;
  readonly #relay: ChangeRelay | undefined;
  /** Other processes, also this one before its restart, count other changes. */
  readonly #process = randomUUID();
  #changes = 0;
  #isClosed = false;

  constructor(store: Pick<SessionStore, 'watch' | 'shared'>) {
    const onChange = (): void => {
      this.#changes++;
      this.#wake();
    };
    this.#relay = store.shared && new ChangeRelay(store.shared, onChange);
    this.#unwatch = store.watch(() => {
      onChange();
      this.#relay?.tell();
    });
  }

  /**
   * The text of a `text/event-stream`, until {@link close}, or for ten minutes. Each event has an id.
   * @param lastId of the last event that the page received on an earlier stream: it is told at once if it may have missed a change.
   */
  async *events(lastId = ''): AsyncGenerator<string> {
    const stopListening = this.#relay?.listen();
    try {
      yield* this.#eventsSince(lastId);
    } finally {
      stopListening?.();
    }
  }

  async *#eventsSince(lastId: string): AsyncGenerator<string> {
    const untilMs = performance.now() + LIFE_MS;
    let seen = this.#changes;
    // An id without data is kept by the page, and is no event.
    yield `retry: 1000\nid: ${this.#idOf(seen)}\n\n`;
    if (lastId !== '' && lastId !== this.#idOf(seen)) yield this.#event(seen);
    while (!this.#isClosed && performance.now() < untilMs) {
      if (this.#changes === seen) await this.#wait();
      const isChanged = this.#changes !== seen;
      seen = this.#changes;
      yield isChanged ? this.#event(seen) : ':\n\n';
      await delay(PAUSE_MS, undefined, { ref: false });
    }
  }

  /** Ends all streams. */
  close(): void {
    this.#isClosed = true;
    this.#unwatch();
    this.#relay?.close();
    this.#wake();
  }

  #event(nth: number): string {
    return `event: changed\nid: ${this.#idOf(nth)}\ndata:\n\n`;
  }

  #idOf(nth: number): string {
    return `${this.#process}.${nth}`;
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
