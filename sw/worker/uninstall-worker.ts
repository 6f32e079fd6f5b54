// Entry of the worker that takes ours away (`stillhere/no-sw.js`): put in the place of its script, it comes to each device with
// the next page of the site, and leaves nothing of ours behind. What belongs to the site stays as it is.
import { deliver } from '../channel/deliver.ts';
import { SpanQueue } from '../channel/queue.ts';

declare const self: ServiceWorkerGlobalScope;

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', (event) => event.waitUntil(leave()));

async function leave(): Promise<void> {
  const queue = new SpanQueue();
  // The last chance for what waits here.
  await deliver(queue, 'start');
  queue.database.connection?.close();
  indexedDB.deleteDatabase('stillhere');
  for (const name of await caches.keys()) if (name.startsWith('stillhere-')) await caches.delete(name);
  // Its sync tags go with it. Pages that are open keep it as long as they are, and it listens to nothing any more.
  await self.registration.unregister();
}
