// Background Sync as a trigger (the only user of workbox-background-sync), and Periodic Background Sync where an installed
// app may have it. Workbox's own replay is not used: it deletes a request before it sends it and takes a 500 for success
// (workbox-background-sync/src/Queue.ts, replayRequests; workbox#2599).
import { Queue } from 'workbox-background-sync/Queue.js';
import type { SpanQueue } from '../channel/queue.ts';
import { useStores } from '../channel/stores.ts';
import { chooseTag, TAGS } from './sync-tags.ts';

/** Of Chromium; not in TypeScript's own library. */
interface SyncRegistration extends ServiceWorkerRegistration {
  readonly sync: { getTags(): Promise<readonly string[]> };
  readonly periodicSync?: {
    register(tag: string, options: { readonly minInterval: number }): Promise<void>;
    unregister(tag: string): Promise<void>;
  };
}

declare const self: Omit<ServiceWorkerGlobalScope, 'registration'> & { readonly registration: SyncRegistration };

/** Chromium's own least interval. It asks more rarely where the site is opened rarely. */
const PERIOD_MS = 12 * 60 * 60_000;

/** Asks for a sync event, because a delivery that a page had set off failed. Never rejects. */
export type RequestSync = () => Promise<void>;

/**
 * Listens for the browser's sync events; must be called while the worker's script first runs.
 * @param deliver what to do then; its rejection makes the browser try again by itself (Chromium: after 5 and 15 minutes).
 * It must not ask for another event.
 * @returns what asks for one. Does nothing in engines without Background Sync (Firefox, WebKit).
 */
export function onSync({ database }: SpanQueue, deliver: () => Promise<void>): RequestSync {
  if (!('sync' in self.registration)) return async () => {};
  const { registration } = self;
  const [PERIODIC_TAG] = TAGS;
  const queues = TAGS.map((tag) => {
    const fire = async (): Promise<void> => {
      // Counted before it is tried: a worker that is stopped in mid-delivery has used up its attempt.
      await useStores(
        database,
        ['state'],
        async (state) => void (await state.put(count(await state.get(tag)) + 1, tag)),
      );
      await deliver();
    };
    return { tag, queue: new Queue(tag, { onSync: fire }) };
  });

  // One more chance, where the browser gives it; nothing depends on it. It ends when nothing waits any more.
  self.addEventListener('periodicsync', (event) => {
    const { tag } = event as unknown as { readonly tag: string };
    if (tag === PERIODIC_TAG)
      (event as ExtendableEvent).waitUntil(deliver().then(() => registration.periodicSync?.unregister(tag)));
  });

  return async () => {
    // Rejects where the reader forbids it.
    const known = await registration.sync.getTags().catch((): readonly string[] => []);
    const waiting = TAGS.filter((tag) => known.includes(`workbox-background-sync:${tag}`));
    const chosen = await useStores(database, ['state'], async (state) => {
      const attempts = await Promise.all(waiting.map(async (tag) => ({ tag, attempts: count(await state.get(tag)) })));
      const tag = chooseTag(attempts, navigator.onLine);
      if (tag) await state.delete(tag);
      return tag;
    });
    await queues.find(({ tag }) => tag === chosen)?.queue.registerSync();
    // Rejects where the site is no installed app with that permission.
    if (chosen) await registration.periodicSync?.register(PERIODIC_TAG, { minInterval: PERIOD_MS }).catch(() => {});
  };
}

function count(attempts: unknown): number {
  return Number(attempts ?? 0);
}
