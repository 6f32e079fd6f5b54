// The element in components of Vue and Svelte, in pages that nobody else puts one into.
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from '../../helpers/browser-test.ts';
import { INSTALL_MS, runTool, siteFolder } from '../../helpers/site-folder.ts';
import { StillhereServer } from '../../helpers/stillhere-server.ts';
import { until } from '../../helpers/until.ts';

describe.concurrent.for(['vue', 'svelte'])('a component of %s', (site) => {
  it('has the element in it, and its reading is recorded', { timeout: INSTALL_MS }, async ({ device }) => {
    const folder = await siteFolder(site);
    await runTool(folder, 'vite', 'build');
    const server = await StillhereServer.start({ SITE_DIR: join(folder, 'dist'), PROTECT: '/elsewhere/' });
    try {
      const page = await device.newPage();
      await page.goto(`${server.url}/access?next=%2F`);
      await page.type('#email', 'ann@example.com');
      await Promise.all([page.waitForNavigation(), page.click('button')]);
      const [session] = await until(async () => {
        const found = await server.sessions();
        return found[0]?.sessionEndTime && found;
      });
      expect(session?.currentPage).toBe('/');
      expect(await page.$eval('#app', (app) => app.textContent.trim())).toBe('The report');
    } finally {
      await server.stop();
    }
  });
});
