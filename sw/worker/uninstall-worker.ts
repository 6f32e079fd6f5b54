// Entry of the worker that uninstalls Stillhere (`stillhere/no-sw.js`). Served in place of its worker script, it
// reaches each device with the next page view, and deletes all of Stillhere's data. The site's own data stays.
import { deliver } from '../channel/deliver.ts';
import { SpanQueue } from '../channel/queue.ts';
import { siteBase } from '../protocol/site-base.ts';

declare const self: ServiceWorkerGlobalScope;

self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', (event) => event.waitUntil(leave()));

async function leave(): Promise<void> {
  // The site is at the root, or lies under the path of this script.
  for (const base of new Set(['', self.location.pathname.replace(/\/[^/]*$/, '')])) {
    globalThis.stillhereBase = base;
    const queue = new SpanQueue();
    // The last chance to deliver the queue.
    await deliver(queue, 'start');
    queue.database.connection?.close();
    indexedDB.deleteDatabase(`stillhere${siteBase()}`);
  }
  for (const name of await caches.keys()) if (name.startsWith('stillhere-')) await caches.delete(name);
  // This also removes its sync tags. Open pages keep this worker until they close, but it no longer listens to
  // anything.
  await self.registration.unregister();
}
