// A site that works offline, by vite-plugin-pwa (`injectManifest`) and Workbox, with ours in its worker.
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from '../../helpers/browser-test.ts';
import { openAndListen, readStatus } from '../../helpers/host-page.ts';
import { readQueue } from '../../helpers/reader.ts';
import { INSTALL_MS, runTool, servePacked, siteFolder } from '../../helpers/site-folder.ts';
import { countWorkboxRequests, readDevice, readRegistrations, readSyncTags } from '../../helpers/site-worker.ts';
import { expectTrueVisit } from '../../helpers/true-visit.ts';
import { until } from '../../helpers/until.ts';

const PAGE = '/report/';
const ITS_TAG = 'workbox-background-sync:orders';

describe('a site of vite-plugin-pwa', { timeout: INSTALL_MS }, () => {
  it("records truly who read it, and Workbox's precache and queue stay the site's", async ({ device }) => {
    const folder = await siteFolder('pwa');
    await runTool(folder, 'vite', 'build');
    const server = await servePacked(join(folder, 'dist'), '--protect', PAGE);
    try {
      await expectTrueVisit(server, device, PAGE);

      const { page, heard } = await openAndListen(device);
      await page.goto(server.url + PAGE);
      await until(async () => (await readStatus(page))?.worker === 'active');
      // A worker may answer before it has taken over the page, whose requests it doesn't see until then.
      await page.waitForFunction(() => navigator.serviceWorker.controller);
      expect(await readRegistrations(page)).toEqual({ '/': '/sw.js' });
      const { cached } = await readDevice(page);
      expect(cached).toContain(`workbox-precache-v2-${server.url}/ /index.html`);
      // Under that address the gate would be kept for ever.
      expect(cached.filter((entry) => entry.includes('report/'))).toEqual([]);

      await server.stop();
      await page.evaluate(() => fetch('/order', { method: 'POST', body: 'one' }).catch(() => {}));
      await until(async () => (await readSyncTags(page)).includes(ITS_TAG));
      await page.goto(server.url);
      expect(await page.title()).toBe('A site that works offline');
      await until(async () => (await readQueue(page)).length > 0);

      await server.start();
      await page.goto(server.url + PAGE);
      await until(async () => (await readQueue(page)).length === 0);
      expect(await countWorkboxRequests(page)).toBe(1);
      expect(await readSyncTags(page)).toContain(ITS_TAG);
      expect(heard).toEqual([]);
    } finally {
      await server.stop();
    }
  });
});
