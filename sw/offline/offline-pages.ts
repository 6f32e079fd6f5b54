// Pages for reading offline (the only user of workbox-routing and workbox-precaching): the public ones from a precache, the
// confidential ones that this reader has opened from page-cache.ts. /api/* never meets any of it.
import { cleanupOutdatedCaches } from 'workbox-precaching/cleanupOutdatedCaches.js';
import { matchPrecache } from 'workbox-precaching/matchPrecache.js';
import { precacheAndRoute } from 'workbox-precaching/precacheAndRoute.js';
import { registerRoute } from 'workbox-routing/registerRoute.js';
import { finishSignOut } from './sign-out.ts';
import { findGrant, findCachedPage, deletePageCaches, grantOf, cachePage, PAGES, type Grant } from './page-cache.ts';
import { onReaderChecked, readerCheckPage, readSessionCookie } from './current-reader.ts';

declare const self: ServiceWorkerGlobalScope;

/** A file of the site, and what changes when it does; null where its name does. */
export interface PrecacheEntry {
  readonly url: string;
  readonly revision: string | null;
}

interface RoutedInstallEvent {
  addRoutes?(rule: object): Promise<void>;
}

const API = '/api/';

/**
 * Makes the site readable offline. Must be called while the worker's script first runs.
 * @param files what is kept of the site from the start; the page at `offlinePath` among them, which is shown for what isn't there.
 */
export function offlinePages(files: readonly PrecacheEntry[], offlinePath: string): void {
  self.addEventListener('install', (event) => {
    // With a fetch handler for it an idle worker lost a closing page's last request (Chromium 156: 0 of 3; with this 3 of 3).
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

/** Asks the server for what was given out from here, and believes it: that there is something newer, or that access is over. */
async function refresh(grant: Grant, url: string): Promise<void> {
  const answer = await fetch(url, { cache: 'no-cache', credentials: 'same-origin' }).catch(() => undefined);
  if (!answer) return;
  const access = grantOf(answer, grant.session);
  if (access === 'none') await deletePageCaches();
  else if (access) await cachePage(grant, url, answer);
}
