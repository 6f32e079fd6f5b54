// What a site has left on a reader's device.
import type { Page } from 'puppeteer-core';

/** All that the site can find on the device, cached pages included. */
export const readDevice = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const found: unknown[] = [
      history.state,
      document.cookie,
      Object.entries(localStorage),
      Object.entries(sessionStorage),
    ];
    for (const { name } of await indexedDB.databases()) {
      const opening = indexedDB.open(name ?? '');
      await new Promise((resolve) => opening.addEventListener('success', resolve));
      for (const store of opening.result.objectStoreNames) {
        const reading = opening.result.transaction(store).objectStore(store).getAll();
        await new Promise((resolve) => reading.addEventListener('success', resolve));
        found.push(store, reading.result);
      }
      opening.result.close();
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        const response = await cache.match(request);
        found.push(name, request.url, [...(response?.headers ?? [])], await response?.text());
      }
    }
    return JSON.stringify(found);
  });
