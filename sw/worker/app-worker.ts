// Entry of the service worker with pages for reading offline, the portfolio's: listeners, nothing else.
import { files } from 'stillhere:precache';
import { heartbeat } from './listeners.ts';
import { offlinePages } from '../offline/offline-pages.ts';
import { isSkipWaiting } from '../protocol/messages.ts';

declare const self: ServiceWorkerGlobalScope;

heartbeat();
offlinePages(files, '/offline.html');

// A new version waits until the reader takes it: what is being read must not change in the middle.
self.addEventListener('message', (event) => {
  if (isSkipWaiting(event.data)) event.waitUntil(self.skipWaiting());
});

self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
