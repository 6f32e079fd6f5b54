// The portfolio as an app: installable by the browser's own rules, usable by everyone, and no larger than it must be.
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { findBarriers } from '../helpers/find-barriers.ts';
import { passGate } from '../helpers/reader.ts';
import { until } from '../helpers/until.ts';

const MOST_BYTES = 60_000;
const PAGES = [
  '/',
  '/offline.html',
  '/not-there/',
  '/portfolio/confidential/',
  '/portfolio/confidential/four-minutes/',
  '/portfolio/confidential/night-handover/',
  '/portfolio/confidential/day-nine/',
];

describe.concurrent('the portfolio', () => {
  it('can be installed', async ({ portfolio: server, launchedDevice: device }) => {
    const page = await device.newPage();
    await page.goto(server.url);
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    const devtools = await page.createCDPSession();

    expect((await devtools.send('Page.getInstallabilityErrors')).installabilityErrors).toEqual([]);
    const { errors, data = '{}' } = await devtools.send('Page.getAppManifest');
    expect(errors).toEqual([]);
    const manifest = JSON.parse(data) as Record<'icons' | 'screenshots', { src: string; sizes: string }[]>;
    for (const { src, sizes } of [...manifest.icons, ...manifest.screenshots]) {
      const size = await page.evaluate(async (url) => {
        const image = new Image();
        image.src = url;
        await image.decode();
        return `${image.naturalWidth}x${image.naturalHeight}`;
      }, src);
      if (sizes !== 'any') expect([src, size]).toEqual([src, sizes]);
    }
  });

  it('has no barriers on any page', async ({ portfolio: server, device }) => {
    const page = await device.newPage();
    await page.goto(`${server.url}/access`);
    expect(await findBarriers(page)).toEqual([]);
    await passGate(page, server.url, 'ann@example.com');
    for (const path of PAGES) {
      await page.goto(server.url + path);
      expect([path, await findBarriers(page)]).toEqual([path, []]);
    }
    await page.goto(server.url);
    await page.setOfflineMode(true);
    await until(() => page.$eval('.app-note', (note) => note.textContent));
    expect(await findBarriers(page)).toEqual([]);
  });

  it('sends no more than it must for its first page', async ({ portfolio: server, device }) => {
    const page = await device.newPage();
    const urls = new Set<string>();
    page.on('request', (request) => {
      if (request.resourceType() !== 'image') urls.add(request.url());
    });
    await page.goto(server.url);
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    let bytes = 0;
    for (const url of urls)
      if (url.startsWith(server.url)) bytes += (await (await fetch(url)).arrayBuffer()).byteLength;
    expect(bytes).toBeLessThan(MOST_BYTES);
    expect(urls.size).toBeGreaterThan(3);
  });
});
