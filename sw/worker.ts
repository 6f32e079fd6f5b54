// Entry of the service worker: listeners, nothing else. It owns every regular send. It has no fetch handler, so requests
// to /api/* never meet one: with one, an idle worker lost a closing page's last request in Chromium, server up.
import { isBeat, type Beat } from './beat.ts';
import { deliver, type Outcome } from './deliver.ts';
import { SpanQueue } from './queue.ts';
import { onSync } from './sync.ts';

declare const self: ServiceWorkerGlobalScope;

const queue = new SpanQueue();

const requestSync = onSync(async () => {
  const { retryInMs, error } = await deliver(queue, 'sync');
  if (retryInMs > 0) throw new Error(error ?? 'resting');
});

async function take({ spans, trigger }: Beat): Promise<Outcome> {
  await queue.keep(spans);
  const outcome = await deliver(queue, trigger);
  if (outcome.retryInMs > 0) await requestSync();
  return outcome;
}

// Nothing that matters lives in memory, so a new version may take over at any moment.
self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));

// No delivery here: until it is active a worker gets no messages, and the page's first beat delivers anyway.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('message', (event) => {
  const message: unknown = event.data;
  if (isBeat(message)) event.waitUntil(take(message).then((outcome) => event.ports[0]?.postMessage(outcome)));
});
