// Background Sync as a trigger (the only user of workbox-background-sync), and Periodic Background Sync for installed
// apps with that permission. Workbox's replay is not used: it deletes a request before sending it, and treats a 500 as
// success (workbox-background-sync/src/Queue.ts, replayRequests; workbox#2599).
import { Queue } from 'workbox-background-sync/Queue.js';
import type { SpanQueue } from '../channel/queue.ts';
import { useStores } from '../channel/stores.ts';
import { chooseTag, TAGS } from './sync-tags.ts';

/** Chromium only; not in TypeScript's own library. */
interface SyncRegistration extends ServiceWorkerRegistration {
  readonly sync: { getTags(): Promise<readonly string[]> };
  readonly periodicSync?: {
    register(tag: string, options: { readonly minInterval: number }): Promise<void>;
    unregister(tag: string): Promise<void>;
  };
}

declare const self: Omit<ServiceWorkerGlobalScope, 'registration'> & { readonly registration: SyncRegistration };

/** Chromium's minimum interval. It fires less often if the site is rarely opened. */
const PERIOD_MS = 12 * 60 * 60_000;

/** Requests a sync event after a failed delivery that a page triggered. Never rejects. */
export type RequestSync = () => Promise<void>;

/**
 * Listens for the browser's sync events. Call it synchronously during the worker script's first run.
 * @param deliver called on an event. If it rejects, the browser retries by itself (Chromium: after 5 and 15 minutes).
 * It must not request another event.
 * @returns a function that requests an event. Does nothing in engines without Background Sync (Firefox, WebKit).
 */
export function onSync({ database }: SpanQueue, deliver: () => Promise<void>): RequestSync {
  if (!('sync' in self.registration)) return async () => {};
  const { registration } = self;
  const [PERIODIC_TAG] = TAGS;
  const queues = TAGS.map((tag) => {
    const fire = async (): Promise<void> => {
      // Counted before the attempt: if the worker is stopped during the delivery, the attempt is used up.
      await useStores(
        database,
        ['state'],
        async (state) => void (await state.put(count(await state.get(tag)) + 1, tag)),
      );
      await deliver();
    };
    return { tag, queue: new Queue(tag, { onSync: fire }) };
  });

  // An additional, optional trigger. It is unregistered when the queue is empty.
  self.addEventListener('periodicsync', (event) => {
    const { tag } = event as unknown as { readonly tag: string };
    if (tag === PERIODIC_TAG)
      (event as ExtendableEvent).waitUntil(deliver().then(() => registration.periodicSync?.unregister(tag)));
  });

  return async () => {
    // Rejects if the reader has denied the permission.
    const known = await registration.sync.getTags().catch((): readonly string[] => []);
    const waiting = TAGS.filter((tag) => known.includes(`workbox-background-sync:${tag}`));
    const chosen = await useStores(database, ['state'], async (state) => {
      const attempts = await Promise.all(waiting.map(async (tag) => ({ tag, attempts: count(await state.get(tag)) })));
      const tag = chooseTag(attempts, navigator.onLine);
      if (tag) await state.delete(tag);
      return tag;
    });
    await queues.find(({ tag }) => tag === chosen)?.queue.registerSync();
    // Rejects if the site is not an installed app with this permission.
    if (chosen) await registration.periodicSync?.register(PERIODIC_TAG, { minInterval: PERIOD_MS }).catch(() => {});
  };
}

function count(attempts: unknown): number {
  return Number(attempts ?? 0);
}
