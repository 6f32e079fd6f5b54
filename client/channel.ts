// The page's end of the channel: registers the worker, beats, last words at exit.
// Where there is no worker, or it doesn't answer, the page loads what the worker has and delivers by itself.
import type { Trigger } from '../sw/backoff.ts';
import type { Beat } from '../sw/beat.ts';
import type { Outcome } from '../sw/deliver.ts';
import { post } from '../sw/post.ts';
import { WORKER_PATH, type Span } from '../sw/protocol.ts';
import { SpanQueue } from '../sw/queue.ts';
import { askWorker } from './ask-worker.ts';

/** The worker, and the queue that it shares with this page. */
export class Channel {
  readonly queue = new SpanQueue();
  #registered: ServiceWorker | undefined;
  #isSilent = false;
  #leaving = new AbortController();
  readonly #registration = register().then((active) => (this.#registered = active));

  /** The worker that can be told something now. */
  get worker(): ServiceWorker | undefined {
    return this.#registered && (navigator.serviceWorker.controller ?? this.#registered);
  }

  /** Writes the spans down, then has everything that waits delivered. Resolves with what that came to; never rejects. */
  async beat(trigger: Trigger, spans: readonly Span[]): Promise<Outcome | undefined> {
    const { signal } = this.#leaving;
    try {
      await this.queue.keep(spans);
      // What the page left behind has had its last words.
      signal.throwIfAborted();
      const outcome = await this.#askWorker({ type: 'stillhere-beat', trigger, spans }, signal);
      return outcome ?? (await (await import('../sw/deliver.ts')).deliver(this.queue, trigger));
    } catch {
      return undefined;
    }
  }

  /**
   * The last chance before the page may be gone: three ways at once, since each engine loses another one of them
   * (measured: ARCHITECTURE.md, "Last words"). All of them have begun when it returns, and nothing is waited for any more.
   */
  lastWords(spans: readonly Span[]): void {
    this.#leaving.abort();
    this.#leaving = new AbortController();
    for (const span of spans) this.queue.keepAtExit(span);
    this.worker?.postMessage({ type: 'stillhere-beat', trigger: 'left', spans } satisfies Beat);
    // Not sendBeacon: blockers cancel it, and Firefox loses it when a tab is closed.
    post(spans, { keepalive: true }).catch(() => {});
  }

  async #askWorker(beat: Beat, leaving: AbortSignal): Promise<Outcome | undefined> {
    if (this.#isSilent || this.queue.isDegraded) return undefined;
    const worker = this.#registration.then(() => this.worker);
    const outcome = await askWorker(worker, beat, leaving);
    this.#isSilent = !outcome;
    return outcome;
  }
}

/** At once, not after `load`: a reader may leave before. Undefined in Firefox's private windows, on plain http hosts, … */
async function register(): Promise<ServiceWorker | undefined> {
  try {
    await navigator.serviceWorker.register(WORKER_PATH);
    return (await navigator.serviceWorker.ready).active ?? undefined;
  } catch {
    return undefined;
  }
}
