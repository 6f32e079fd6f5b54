// Messages between pages and the service worker, and what both tell the inspector. A message can wake a sleeping worker,
// which a keepalive request cannot (Chromium). The `type` strings stay: an old page may talk to a new worker, and the reverse.
import type { Receipt, Refusal, Span } from './delivery.ts';

/** What set a delivery off. */
export type Trigger = 'start' | 'beat' | 'retry' | 'visible' | 'left' | 'online' | 'sync';

/** Page to worker, "still here": the spans that changed, the open one among them, and why the page says it now. */
export interface Beat {
  readonly type: 'stillhere-beat';
  readonly trigger: Trigger;
  readonly spans: readonly Span[];
  /** Milliseconds until the page's next beat, if the reader goes on reading. */
  readonly nextBeatMs?: number | undefined;
}

/** The site's other scripts may send messages to the worker, too. */
export function isBeat(message: unknown): message is Beat {
  return (message as Partial<Beat> | undefined)?.type === 'stillhere-beat';
}

/** What a delivery achieved. The worker's answer to a {@link Beat}, through the port that came with it. */
export interface DeliveryOutcome {
  /** Number of spans that the server has stored durably. */
  readonly stored: number;
  readonly refused: readonly Refusal[];
  /** Number of spans that still wait for a receipt. */
  readonly waiting: number;
  /** Milliseconds until the device may try again; 0 after a delivery that worked. */
  readonly retryInMs: number;
  readonly error?: string | undefined;
  /** The server's clock according to its last receipt, in epoch milliseconds. */
  readonly serverNow?: number | undefined;
  /** Why the deliverer could not write spans, so that it holds some in memory only. */
  readonly storageTrouble?: string | undefined;
}

/** Worker to visible pages: a delivery failed. The page that started it may be gone when the next try is due. */
export interface RetryNotice {
  readonly type: 'stillhere-rest';
  readonly retryInMs: number;
}

export function isRetryNotice(message: unknown): message is RetryNotice {
  return (message as Partial<RetryNotice> | undefined)?.type === 'stillhere-rest';
}

/** Page to a waiting version of the worker: the reader wants the update. */
export interface SkipWaiting {
  readonly type: 'stillhere-take-over';
}

export function isSkipWaiting(message: unknown): message is SkipWaiting {
  return (message as Partial<SkipWaiting> | undefined)?.type === 'stillhere-take-over';
}

/** The package's version, as in package.json. */
export const VERSION = '0.1.0';

/** Inspector to worker; the answer, a {@link WorkerInfo}, comes through the port sent with it. */
export const WORKER_INFO_REQUEST = 'stillhere-introduce-yourself';

export interface WorkerInfo {
  readonly version: string;
  /** The worker's most recent events. */
  readonly announced: readonly EmittedEvent[];
}

/** What the response to one delivery request means. */
export type DeliveryResult =
  /** The server's receipt. Only this may remove spans. */
  | { readonly type: 'receipt'; readonly receipt: Receipt }
  /** The body was rejected (400, 413). `isStillhere`: the answer has our server's format, so it can be trusted. */
  | { readonly type: 'rejected-body'; readonly error: string; readonly isStillhere: boolean }
  /** Keep everything and try later. */
  | {
      readonly type: 'failed';
      readonly error: string;
      /** A server answered without asking for a pause, so the failure may be about these spans. */
      readonly isAnswer?: boolean;
      /** No Stillhere server was reached: there was no connection, or a captive portal answered. */
      readonly isNetworkError?: boolean;
      readonly isDenied?: boolean;
      readonly retryAfterMs?: number | undefined;
    };

/** Name of the BroadcastChannel for {@link EmittedEvent}s. */
export const EVENT_CHANNEL = 'stillhere';

export type ChannelEvent =
  /** Spans were written to IndexedDB, or are held in memory where storage refuses them. */
  | { readonly type: 'kept'; readonly spans: readonly Span[] }
  /** A request ended; the queue has not been updated yet. */
  | { readonly type: 'sent'; readonly spans: readonly Span[]; readonly sentAt: number; readonly sent: DeliveryResult }
  /** A delivery ended, and the queue is up to date. */
  | { readonly type: 'delivered'; readonly trigger: Trigger; readonly outcome: DeliveryOutcome };

/** An event with its time on the device's clock, in epoch milliseconds, and its source. */
export type EmittedEvent = ChannelEvent & { readonly at: number; readonly by: 'page' | 'worker' };
