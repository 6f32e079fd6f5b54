// The page's end of the channel: finds the worker, sends beats, and makes the last delivery on exit. Without a worker,
// or without an answer from it, the page loads the delivery code and delivers by itself.
import { type Beat, type DeliveryOutcome, isRetryNotice, type Trigger } from '../sw/protocol/messages.ts';
import { postDelivery } from '../sw/channel/post-delivery.ts';
import type { Span } from '../sw/protocol/delivery.ts';
import { SpanQueue } from '../sw/channel/queue.ts';
import { askWorker } from './ask-worker.ts';
import { isOfflineSimulated } from './cookies.ts';

/** Timeout for a worker that has answered before. After that, it was stopped: one request can take it 20 s. */
const WORKER_ANSWER_MS = 30_000;
/**
 * Timeout for a worker to install, start and answer for the first time. After that, it may not contain the channel, and
 * this beat is delivered without it. In WebKitGTK 2.50, a registration stays `installing` forever if the page that made
 * it is left at once.
 */
const WORKER_START_MS = 5_000;
/**
 * A larger keepalive request might not be sent: browsers allow 64 KiB, and a character in a page's name takes up to 3
 * bytes.
 */
const MAX_LAST_CHARS = 20_000;

/** The worker, and the queue that it shares with this page. */
export class WorkerConnection {
  readonly queue = new SpanQueue();
  readonly #path: string;
  readonly #workers = workerContainer();
  #worker: ServiceWorker | undefined;
  /** The worker that answered the last beat; null if a worker got the message and did not answer. */
  #answered: ServiceWorker | null | undefined;
  #finding: Promise<ServiceWorker | undefined> | undefined;
  #leaving = new AbortController();

  constructor(path: string) {
    this.#path = path;
    void this.#findWorker();
  }

  /**
   * True if a worker delivers for this page, because it has answered. A site's own worker may not contain the channel.
   */
  get hasWorker(): boolean {
    return !!usable(this.#answered);
  }

  /** The worker that can receive messages now. An update or `unregister()` makes a worker redundant. */
  get #usable(): ServiceWorker | undefined {
    return (this.#worker = usable(this.#worker) ?? usable(this.#workers?.controller));
  }

  /**
   * Writes the spans, then has the whole queue delivered. Resolves with the outcome; never rejects.
   * @param nextBeatMs when the next beat is due.
   */
  async beat(trigger: Trigger, spans: readonly Span[], nextBeatMs?: number): Promise<DeliveryOutcome | undefined> {
    const { signal } = this.#leaving;
    try {
      await this.queue.keep(spans);
      // The page was left, and its spans were sent by `lastWords`.
      if (signal.aborted) return undefined;
      const told = [...spans, ...this.queue.memory.values()];
      const outcome = await this.#askWorker({ type: 'stillhere-beat', trigger, spans: told, nextBeatMs }, signal);
      if (!outcome || outcome.storageTrouble)
        return await (await import('../sw/channel/deliver.ts')).deliver(this.queue, trigger, nextBeatMs);
      // The worker has written the spans, even if this page could not.
      this.queue.release(told);
      return outcome;
    } catch {
      return undefined;
    }
  }

  /**
   * The last chance before the page may be gone: uses three ways at once, because each engine loses a different one
   * (docs/internals/decisions/0001-last-words.md). All have started when it returns, and none is awaited. Includes
   * spans that may not be stored, for example if a page of a single-page app is left and the tab is closed at the same
   * time.
   */
  lastWords(changed: readonly Span[]): void {
    this.#leaving.abort();
    this.#leaving = new AbortController();
    for (const span of [...this.queue.memory.values(), ...changed]) this.queue.keepAtExit(span);
    const told = [...this.queue.memory.values()];
    // Any worker: one without the channel ignores the message.
    this.#usable?.postMessage({ type: 'stillhere-beat', trigger: 'left', spans: told } satisfies Beat);
    // sendBeacon is not used: blockers cancel it, and Firefox loses it when a tab is closed.
    const most = MAX_LAST_CHARS / JSON.stringify(told[0]).length;
    if (!isOfflineSimulated()) postDelivery(told.slice(-most), { keepalive: true }).catch(() => {});
  }

  /** Calls `listener` with the milliseconds until the next retry, whichever page's delivery failed. */
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
    // A worker that did not answer still gets messages, but is awaited only after it has answered: it may have been
    // stopped.
    return isSilent ? undefined : asked;
  }

  /** Checks again on each beat, because a failed registration may succeed later. */
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

/** Undefined on plain http hosts; a sandboxed frame throws. */
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
