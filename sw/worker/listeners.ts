// The channel's listeners, to be put into a service worker: ours (worker.ts) or a site's own. It has no fetch handler, so
// requests to /api/* never meet one of ours: with one, an idle worker lost a closing page's last request in Chromium,
// server up.
import { recentEvents } from '../channel/events.ts';
import {
  type Beat,
  type DeliveryOutcome,
  isBeat,
  type RetryNotice,
  type Trigger,
  VERSION,
  WORKER_INFO_REQUEST,
  type WorkerInfo,
} from '../protocol/messages.ts';
import { deliver } from '../channel/deliver.ts';
import { SpanQueue } from '../channel/queue.ts';
import { onSync } from './background-sync.ts';

/** Where every copy of this code in a worker finds that another one listens already. */
const LISTENING = Symbol.for('stillhere');

declare const self: ServiceWorkerGlobalScope & { [LISTENING]?: true };

/**
 * Keeps and delivers what pages of this site read. Must be called while the worker's script first runs; a second call does
 * nothing. It listens to messages and to the sync events of its own tags (`stillhere`, `stillhere-2`, `stillhere-3`, which
 * Workbox has begin with `workbox-background-sync:`), and to nothing else: requests, caches, and when a new version takes over
 * are the worker's own business. On the device it has the database `stillhere`; Workbox's own is not opened. A queue of
 * workbox-background-sync in the same worker may have any other name than those three.
 */
export function heartbeat(): void {
  if (self[LISTENING]) return;
  self[LISTENING] = true;
  const queue = new SpanQueue();

  /** Tells pages of each request that failed; whose turn comes in the pause after it asks for nothing, and tells nobody. */
  const tryNow = async (trigger: Trigger): Promise<DeliveryOutcome> => {
    const outcome = await deliver(queue, trigger);
    const { retryInMs, error } = outcome;
    if (error !== undefined && retryInMs > 0) await tellPages({ type: 'stillhere-rest', retryInMs });
    return outcome;
  };

  const requestSync = onSync(queue, async () => {
    // What can't be looked at may still wait.
    await queue.keep([]);
    const { retryInMs, error, storageTrouble } = await tryNow('sync');
    if (retryInMs > 0 || storageTrouble) throw new Error(error ?? storageTrouble ?? 'resting');
  });

  const take = async ({ spans, trigger }: Beat): Promise<DeliveryOutcome> => {
    await queue.keep(spans);
    const outcome = await tryNow(trigger);
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

/** Only those that can be seen: a message would throw a page out of the back/forward cache. */
async function tellPages(rest: RetryNotice): Promise<void> {
  for (const page of await self.clients.matchAll({ type: 'window', includeUncontrolled: true }))
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a page of this worker has its origin
    if (page.visibilityState === 'visible') page.postMessage(rest);
}
