// The channel's listeners in a service worker: ours (worker.ts) or the site's own. There is no fetch handler, so requests to
// /api/* never wait for this code: with one, an idle worker lost a closing page's last request in Chromium, with the server up.
import { deliver } from '../channel/deliver.ts';
import { onEmit } from '../channel/events.ts';
import { SpanQueue } from '../channel/queue.ts';
import {
  isBeat,
  VERSION,
  WORKER_INFO_REQUEST,
  type Beat,
  type DeliveryOutcome,
  type EmittedEvent,
  type RetryNotice,
  type Trigger,
  type WorkerInfo,
} from '../protocol/messages.ts';
import { onSync } from './background-sync.ts';

/** Set once this code listens in a worker, whichever copy of it. */
const LISTENING = Symbol.for('stillhere');

const MAX_RECENT_EVENTS = 30;

declare const self: ServiceWorkerGlobalScope & { [LISTENING]?: true };

/**
 * Queues and delivers what pages of this site read. Call it while the worker's script first runs; a second call does nothing.
 * It listens to messages and to the sync events of its own tags (`stillhere`, `stillhere-2`, `stillhere-3`, which Workbox
 * prefixes with `workbox-background-sync:`) and to nothing else: requests, caches and updates remain the worker's own business.
 * On the device it uses the database `stillhere`; it does not open Workbox's. A workbox-background-sync queue in the same
 * worker may have any name but those three.
 */
export function heartbeat(): void {
  if (self[LISTENING]) return;
  self[LISTENING] = true;
  const queue = new SpanQueue();
  const recentEvents: EmittedEvent[] = [];
  onEmit((event) => {
    if (recentEvents.push(event) > MAX_RECENT_EVENTS) recentEvents.shift();
  });

  /** Visible pages learn of a failed request; a delivery that only waited in its pause tells them nothing new. */
  const tryNow = async (trigger: Trigger, nextBeatMs?: number): Promise<DeliveryOutcome> => {
    const outcome = await deliver(queue, trigger, nextBeatMs);
    const { retryInMs, error } = outcome;
    if (error !== undefined && retryInMs > 0) await notifyPages({ type: 'stillhere-rest', retryInMs });
    return outcome;
  };

  const requestSync = onSync(queue, async () => {
    // Writes what memory holds: if that fails, spans may wait that this delivery can't see.
    await queue.keep([]);
    const { retryInMs, error, storageTrouble } = await tryNow('sync');
    if (retryInMs > 0 || storageTrouble) throw new Error(error ?? storageTrouble ?? 'resting');
  });

  const take = async ({ spans, trigger, nextBeatMs }: Beat): Promise<DeliveryOutcome> => {
    await queue.keep(spans);
    const outcome = await tryNow(trigger, nextBeatMs);
    if (outcome.retryInMs > 0) await requestSync();
    return outcome;
  };

  self.addEventListener('message', (event) => {
    const message: unknown = event.data;
    if (isBeat(message)) event.waitUntil(take(message).then((outcome) => event.ports[0]?.postMessage(outcome)));
    else if (message === WORKER_INFO_REQUEST)
      event.ports[0]?.postMessage({ version: VERSION, announced: recentEvents } satisfies WorkerInfo);
  });
}

/** Visible pages only: a message would remove a page from the back/forward cache. */
async function notifyPages(notice: RetryNotice): Promise<void> {
  for (const page of await self.clients.matchAll({ type: 'window', includeUncontrolled: true }))
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a page of this worker has its origin
    if (page.visibilityState === 'visible') page.postMessage(notice);
}
