// The page's end of the channel: finds the worker, beats, last words at exit.
// Where there is no worker, or it doesn't answer, the page loads what the worker has and delivers by itself.
import type { Trigger } from '../sw/backoff.ts';
import { isRest, type Beat } from '../sw/beat.ts';
import type { Outcome } from '../sw/deliver.ts';
import { post } from '../sw/post.ts';
import { WORKER_PATH, type Span } from '../sw/protocol.ts';
import { SpanQueue } from '../sw/queue.ts';
import { askWorker } from './ask-worker.ts';
import { isOfflineSimulated } from './simulated-offline.ts';

/** Until then a worker has started and answered, or it is none of ours: one request may take it 20 s. */
const WORKER_ANSWER_MS = 30_000;
/**
 * Until then a new worker is there, or this beat goes without it. WebKitGTK 2.50 leaves a registration `installing` for good
 * when the page that made it is left at once.
 */
const WORKER_START_MS = 5_000;
/** With more of them a keepalive request might not be sent: browsers allow 64 KiB. */
const MAX_LAST_SPANS = 50;

/** The worker, and the queue that it shares with this page. */
export class Channel {
  readonly queue = new SpanQueue();
  #worker: ServiceWorker | undefined;
  #finding: Promise<ServiceWorker | undefined> | undefined;
  #isSilent = false;
  #leaving = new AbortController();

  constructor() {
    void this.#findWorker();
  }

  /** The worker that can be told something now. An update or somebody's `unregister()` makes one redundant. */
  get worker(): ServiceWorker | undefined {
    return (this.#worker = usable(this.#worker) ?? usable(ourController()));
  }

  /** Writes the spans down, then has everything that waits delivered. Resolves with what that came to; never rejects. */
  async beat(trigger: Trigger, spans: readonly Span[]): Promise<Outcome | undefined> {
    const { signal } = this.#leaving;
    try {
      await this.queue.keep(spans);
      // What the page left behind has had its last words.
      signal.throwIfAborted();
      const told = [...spans, ...this.queue.memory.values()];
      const outcome = await this.#askWorker({ type: 'stillhere-beat', trigger, spans: told }, signal);
      if (!outcome || outcome.storageTrouble)
        return await (await import('../sw/deliver.ts')).deliver(this.queue, trigger);
      // Even where this page could not write: the worker has.
      this.queue.release(told);
      return outcome;
    } catch {
      return undefined;
    }
  }

  /**
   * The last chance before the page may be gone: three ways at once, since each engine loses another one of them
   * (measured: ARCHITECTURE.md, "Last words"). All of them have begun when it returns, and nothing is waited for any more.
   * What isn't known to be written goes, too, as when a page of a single-page site is left and the tab closed in one turn.
   */
  lastWords(changed: readonly Span[]): void {
    this.#leaving.abort();
    this.#leaving = new AbortController();
    for (const span of [...this.queue.memory.values(), ...changed]) this.queue.keepAtExit(span);
    const told = [...this.queue.memory.values()];
    this.worker?.postMessage({ type: 'stillhere-beat', trigger: 'left', spans: told } satisfies Beat);
    // Not sendBeacon: blockers cancel it, and Firefox loses it when a tab is closed.
    if (!isOfflineSimulated()) post(told.slice(-MAX_LAST_SPANS), { keepalive: true }).catch(() => {});
  }

  /** Tells `listener` in how many milliseconds the next try is due, whosever delivery failed; until the return is called. */
  onRest(listener: (retryInMs: number) => void): () => void {
    const hear = ({ data }: MessageEvent<unknown>): void => {
      if (isRest(data)) listener(data.retryInMs);
    };
    try {
      const { serviceWorker } = navigator;
      serviceWorker.addEventListener('message', hear);
      return () => serviceWorker.removeEventListener('message', hear);
    } catch {
      return () => {};
    }
  }

  async #askWorker(beat: Beat, leaving: AbortSignal): Promise<Outcome | undefined> {
    const patienceMs = this.worker ? WORKER_ANSWER_MS : WORKER_START_MS;
    const asked = askWorker(this.#findWorker(), beat, leaving, patienceMs).then((outcome) => {
      this.#isSilent = !outcome && this.worker !== undefined;
      return outcome;
    });
    asked.catch(() => {});
    // One that was silent is told all the same, but waited for only after it has answered: it may have been stopped.
    return this.#isSilent ? undefined : asked;
  }

  /** Looks again with each beat: what can't be registered now may be later. */
  async #findWorker(): Promise<ServiceWorker | undefined> {
    if (this.worker) return this.worker;
    this.#finding ??= register();
    this.#worker = await this.#finding;
    this.#finding = undefined;
    return this.#worker;
  }
}

/** The worker of ours that has this page. */
function ourController(): ServiceWorker | null | undefined {
  // Not there on plain http hosts, and a sandboxed frame throws.
  try {
    const { controller } = navigator.serviceWorker;
    return controller?.scriptURL === location.origin + WORKER_PATH ? controller : undefined;
  } catch {
    return undefined;
  }
}

function usable(worker: ServiceWorker | null | undefined): ServiceWorker | undefined {
  return worker?.state === 'redundant' ? undefined : (worker ?? undefined);
}

async function register(): Promise<ServiceWorker | undefined> {
  try {
    return navigator.serviceWorker && (await (await import('./register-worker.ts')).registerWorker());
  } catch {
    return undefined;
  }
}
