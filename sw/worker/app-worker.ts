// Entry of the portfolio's service worker, with pages for offline reading: listeners only.
import { files } from 'stillhere:precache';
import { heartbeat } from './listeners.ts';
import { offlinePages } from '../offline/offline-pages.ts';
import { isSkipWaiting } from '../protocol/messages.ts';

declare const self: ServiceWorkerGlobalScope;

heartbeat();
offlinePages(files, '/offline.html');

// A new version waits until the reader accepts it, so that pages don't change while they are read.
self.addEventListener('message', (event) => {
  if (isSkipWaiting(event.data)) event.waitUntil(self.skipWaiting());
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
