// What the benches compare with: a worker in which Workbox's background sync keeps failed beats and replays them.
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The head of a page under `/workbox/`. */
export const REGISTER_WORKBOX = `<script>navigator.serviceWorker?.register('/workbox/sw.js');</script>`;
export const WORKBOX_SYNC_TAG = 'workbox-background-sync:beats';

/** What workbox-strategies' NetworkOnly does with the plugin, written out: a failed request is handed to the plugin. */
const WORKER = `importScripts('workbox-core.prod.js', 'workbox-background-sync.prod.js');
const plugin = new workbox.backgroundSync.BackgroundSyncPlugin('beats');
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  if (!event.request.url.endsWith('/api/session-heartbeat')) return;
  const { request } = event;
  const answer = fetch(request.clone()).catch(async (error) => {
    await plugin.fetchDidFail({ request, error, event });
    throw error;
  });
  event.respondWith(answer);
  event.waitUntil(answer.catch(() => {}));
});
`;

/** Writes the worker, and what it imports, into the folder `workbox` of a site. */
export async function writeWorkboxWorker(site: string): Promise<void> {
  const folder = join(site, 'workbox');
  await mkdir(folder, { recursive: true });
  const find = createRequire(import.meta.url).resolve;
  for (const name of ['workbox-core', 'workbox-background-sync']) {
    const file = `${name}.prod.js`;
    await copyFile(join(dirname(find(`${name}/package.json`)), 'build', file), join(folder, file));
  }
  await writeFile(join(folder, 'sw.js'), WORKER);
}
