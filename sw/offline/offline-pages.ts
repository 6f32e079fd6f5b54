// Pages for offline reading (the only user of workbox-routing and workbox-precaching): public pages from a precache,
// protected pages that this reader has opened from page-cache.ts. Never handles /api/*.
import { cleanupOutdatedCaches } from 'workbox-precaching/cleanupOutdatedCaches.js';
import { matchPrecache } from 'workbox-precaching/matchPrecache.js';
import { precacheAndRoute } from 'workbox-precaching/precacheAndRoute.js';
import { registerRoute } from 'workbox-routing/registerRoute.js';
import { finishSignOut } from './sign-out.ts';
import { findGrant, findCachedPage, deletePageCaches, grantOf, cachePage, PAGES, type Grant } from './page-cache.ts';
import { onReaderChecked, readerCheckPage, readSessionCookie } from './current-reader.ts';

declare const self: ServiceWorkerGlobalScope;

/** A file of the site and its revision; null if the name changes with the content. */
export interface PrecacheEntry {
  readonly url: string;
  readonly revision: string | null;
}

interface RoutedInstallEvent {
  addRoutes?(rule: object): Promise<void>;
}

const API = '/api/';

/**
 * Makes the site readable offline. Call it synchronously during the worker script's first run.
 * @param files the precached files, among them the page at `offlinePath`, which is shown for uncached pages.
 */
export function offlinePages(files: readonly PrecacheEntry[], offlinePath: string): void {
  self.addEventListener('install', (event) => {
    // With a fetch handler for this path, an idle worker lost a closing page's last request (Chromium 156: 0 of 3; with
    // this rule 3 of 3).
    const rule = { condition: { urlPattern: new URL(`${API}*`, self.location.href).href }, source: 'network' };
    event.waitUntil((event as RoutedInstallEvent).addRoutes?.(rule).catch(() => {}) ?? Promise.resolve());
  });
  const hasPageLooked = onReaderChecked();
  cleanupOutdatedCaches();
  precacheAndRoute([...files], { ignoreURLParametersMatching: [/./], cleanURLs: false });
  registerRoute(
    ({ sameOrigin, url, request }) => sameOrigin && !url.pathname.startsWith(API) && !request.headers.has('range'),
    async ({ request, event }) => {
      if (request.mode === 'navigate') await finishSignOut();
      const session = await readSessionCookie();
      const grant = await findGrant((owner) => session === undefined || owner === session);
      const kept = grant && (await findCachedPage(grant, request.url));
      if (kept) {
        const isSure = session !== undefined || request.mode !== 'navigate' || hasPageLooked();
        if (!isSure) return readerCheckPage(PAGES);
        event.waitUntil(refresh(grant, request.url));
        return kept;
      }
      return fetch(request).catch(async (error: unknown) => {
        const offline = request.mode === 'navigate' ? await matchPrecache(offlinePath) : undefined;
        if (offline) return offline;
        throw error;
      });
    },
  );
}

/** Revalidates a page served from the cache: stores a newer version, or deletes all pages if access has ended. */
async function refresh(grant: Grant, url: string): Promise<void> {
  const answer = await fetch(url, { cache: 'no-cache', credentials: 'same-origin' }).catch(() => undefined);
  if (!answer) return;
  const access = grantOf(answer, grant.session);
  if (access === 'none') await deletePageCaches();
  else if (access) await cachePage(grant, url, answer);
}
