// Entry of the service worker with the channel alone: listeners only.
import { heartbeat } from './listeners.ts';

declare const self: ServiceWorkerGlobalScope;

heartbeat();

// Nothing important is only in memory, so a new version can activate at any time.
self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));

// No delivery here: a worker receives no messages before it is active, and the page's first beat delivers anyway.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
