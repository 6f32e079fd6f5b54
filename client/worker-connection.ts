// The page's end of the channel: finds the worker, beats, last words at exit.
// Where there is no worker, or it doesn't answer, the page loads what the worker has and delivers by itself.
import { type Beat, type DeliveryOutcome, isRetryNotice, type Trigger } from '../sw/protocol/messages.ts';
import { postDelivery } from '../sw/channel/post-delivery.ts';
import type { Span } from '../sw/protocol/delivery.ts';
import { SpanQueue } from '../sw/channel/queue.ts';
import { askWorker } from './ask-worker.ts';
import { isOfflineSimulated } from './cookies.ts';

/** Until then a worker that has answered before answers again, or it was stopped: one request may take it 20 s. */
const WORKER_ANSWER_MS = 30_000;
/**
 * Until then a worker is there, has started and has answered for the first time; or the channel may not be in it, and this
 * beat goes without it. WebKitGTK 2.50 leaves a registration `installing` for good when the page that made it is left at once.
 */
const WORKER_START_MS = 5_000;
/** With more a keepalive request might not be sent: browsers allow 64 KiB, and a character of a page's name takes up to 3 bytes. */
const MAX_LAST_CHARS = 20_000;

/** The worker, and the queue that it shares with this page. */
export class WorkerConnection {
  readonly queue = new SpanQueue();
  readonly #path: string;
  readonly #workers = workerContainer();
  #worker: ServiceWorker | undefined;
  /** Who answered the last beat; null: a worker was told, and silent. */
  #answered: ServiceWorker | null | undefined;
  #finding: Promise<ServiceWorker | undefined> | undefined;
  #leaving = new AbortController();

  constructor(path: string) {
    this.#path = path;
    void this.#findWorker();
  }

  /** A worker delivers for this page: it has answered. Any script may be that of a site's own worker, ours in it or not. */
  get hasWorker(): boolean {
    return !!usable(this.#answered);
  }

  /** The worker that can be told something now. An update or somebody's `unregister()` makes one redundant. */
  get #usable(): ServiceWorker | undefined {
    return (this.#worker = usable(this.#worker) ?? usable(this.#workers?.controller));
  }

  /** Writes the spans down, then has everything that waits delivered. Resolves with what that came to; never rejects. */
  async beat(trigger: Trigger, spans: readonly Span[]): Promise<DeliveryOutcome | undefined> {
    const { signal } = this.#leaving;
    try {
      await this.queue.keep(spans);
      // What the page left behind has had its last words.
      if (signal.aborted) return undefined;
      const told = [...spans, ...this.queue.memory.values()];
      const outcome = await this.#askWorker({ type: 'stillhere-beat', trigger, spans: told }, signal);
      if (!outcome || outcome.storageTrouble)
        return await (await import('../sw/channel/deliver.ts')).deliver(this.queue, trigger);
      // Even where this page could not write: the worker has.
      this.queue.release(told);
      return outcome;
    } catch {
      return undefined;
    }
  }

  /**
   * The last chance before the page may be gone: three ways at once, since each engine loses another one of them
   * (docs/internals/decisions/0001-last-words.md). All of them have begun when it returns, and nothing is waited for any more.
   * What isn't known to be written goes, too, as when a page of a single-page site is left and the tab closed in one turn.
   */
  lastWords(changed: readonly Span[]): void {
    this.#leaving.abort();
    this.#leaving = new AbortController();
    for (const span of [...this.queue.memory.values(), ...changed]) this.queue.keepAtExit(span);
    const told = [...this.queue.memory.values()];
    // Whichever it is: one that doesn't know the word lets it pass.
    this.#usable?.postMessage({ type: 'stillhere-beat', trigger: 'left', spans: told } satisfies Beat);
    // Not sendBeacon: blockers cancel it, and Firefox loses it when a tab is closed.
    const most = MAX_LAST_CHARS / JSON.stringify(told[0]).length;
    if (!isOfflineSimulated()) postDelivery(told.slice(-most), { keepalive: true }).catch(() => {});
  }

  /** Calls `listener` with the milliseconds until the next try is due, whichever page's delivery failed. */
  onRetryNotice(listener: (retryInMs: number) => void, signal: AbortSignal): void {
    this.#workers?.addEventListener('message', ({ data }) => isRetryNotice(data) && listener(data.retryInMs), {
      signal,
    });
  }

  async #askWorker(beat: Beat, leaving: AbortSignal): Promise<DeliveryOutcome | undefined> {
    const isSilent = this.#answered === null;
    const patienceMs = isSilent || this.hasWorker ? WORKER_ANSWER_MS : WORKER_START_MS;
    const asked = askWorker(this.#findWorker(), beat, leaving, patienceMs).then((outcome) => {
      this.#answered = this.#usable && (outcome ? this.#worker : null);
      return outcome;
    });
    asked.catch(() => {});
    // One that was silent is told all the same, but waited for only after it has answered: it may have been stopped.
    return isSilent ? undefined : asked;
  }

  /** Looks again with each beat: what can't be registered now may be later. */
  async #findWorker(): Promise<ServiceWorker | undefined> {
    if (this.#usable) return this.#worker;
    this.#finding ??=
      this.#workers &&
      import('./register-worker.ts').then(({ findOrRegister }) => findOrRegister(this.#path)).catch(() => undefined);
    this.#worker = await this.#finding;
    this.#finding = undefined;
    return this.#worker;
  }
}

/** Not there on plain http hosts, and a sandboxed frame throws. */
function workerContainer(): ServiceWorkerContainer | undefined {
  try {
    return navigator.serviceWorker;
  } catch {
    return undefined;
  }
}

function usable(worker: ServiceWorker | null | undefined): ServiceWorker | undefined {
  return worker && worker.state !== 'redundant' ? worker : undefined;
}
