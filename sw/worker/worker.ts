// Entry of the service worker that is the channel alone: listeners, nothing else.
import { heartbeat } from './listeners.ts';

declare const self: ServiceWorkerGlobalScope;

heartbeat();

// Nothing that matters lives in memory, so a new version may take over at any moment.
self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));

// No delivery here: until it is active a worker gets no messages, and the page's first beat delivers anyway.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
