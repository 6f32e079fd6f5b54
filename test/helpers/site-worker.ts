// A site's workers and their data, queried from one of its pages.
import type { Page } from 'puppeteer-core';

interface SyncRegistration {
  readonly sync: { getTags(): Promise<string[]> };
}

/** Scopes and scripts of all workers of the site. */
export async function readRegistrations(page: Page): Promise<Record<string, string>> {
  return page.evaluate(async () =>
    Object.fromEntries(
      (await navigator.serviceWorker.getRegistrations()).map(({ scope, active, installing, waiting }) => [
        new URL(scope).pathname,
        new URL((active ?? waiting ?? installing)?.scriptURL ?? '').pathname,
      ]),
    ),
  );
}

/** The pending Background Sync tags. */
export async function readSyncTags(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const registration = (await navigator.serviceWorker.ready) as unknown as SyncRegistration;
    return (await registration.sync.getTags()).toSorted();
  });
}

/** Number of requests in a site's own Workbox queues. */
export async function countWorkboxRequests(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('workbox-background-sync');
        opening.addEventListener('error', () => reject(opening.error));
        opening.addEventListener('success', () => {
          const counting = opening.result.transaction('requests').objectStore('requests').count();
          counting.addEventListener('success', () => {
            opening.result.close();
            resolve(counting.result);
          });
        });
      }),
  );
}

/** The names of databases and caches on the device, and the caches' entries as `cache path`. */
export async function readDevice(page: Page): Promise<{ databases: string[]; cached: string[] }> {
  return page.evaluate(async () => {
    const cached: string[] = [];
    for (const name of await caches.keys())
      for (const { url } of await (await caches.open(name)).keys()) cached.push(`${name} ${new URL(url).pathname}`);
    const databases = (await indexedDB.databases()).map(({ name }) => name ?? '');
    return { databases: databases.toSorted(), cached: cached.toSorted() };
  });
}
