// Background Sync as a trigger (the only user of workbox-background-sync). Its own replay is not used: it deletes a
// request before it sends it and takes a 500 for success (workbox Queue.ts, replayRequests; workbox#2599).
import { Queue } from 'workbox-background-sync/Queue.js';

declare const self: ServiceWorkerGlobalScope;

/**
 * Listens for the browser's sync event; must be called while the worker's script first runs.
 * @param deliver what to do then; its rejection makes the browser try again by itself (Chromium: after 5 minutes).
 * @returns a function that asks for a sync event. Does nothing in engines without Background Sync (Firefox, WebKit).
 */
export function onSync(deliver: () => Promise<void>): () => Promise<void> {
  if (!('sync' in self.registration)) return async () => {};
  const queue = new Queue('stillhere', { onSync: deliver });
  return () => queue.registerSync();
}
