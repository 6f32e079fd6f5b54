// Our lines are taken out of a site: `no-sw.js` in the place of the worker takes everything of ours off each device, and
// leaves what is the site's. A worker whose script is just gone stays.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { BUILD_DIR } from '../../server/config/package-root.ts';
import { it } from '../helpers/browser-test.ts';
import { openAndListen } from '../helpers/host-page.ts';
import { enter, readQueue } from '../helpers/reader.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import { until } from '../helpers/until.ts';

const PLAIN = '/';

/** What lies on the device, of ours and of the site. */
async function readDevice(page: Page): Promise<{ databases: string[]; caches: string[]; workers: number }> {
  return page.evaluate(async () => ({
    databases: (await indexedDB.databases()).map(({ name }) => name ?? '').toSorted(),
    caches: (await caches.keys()).toSorted(),
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }));
}

/** As a site has its own, and a page that was read offline. */
async function layDown(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (const name of ['site-v1', 'workbox-precache-v2-site', 'stillhere-pages ann 9999999999999'])
      await (await caches.open(name)).put('/kept', new Response('kept'));
    await new Promise((resolve) => {
      indexedDB.open('site').addEventListener('success', ({ target }) => {
        (target as IDBOpenDBRequest).result.close();
        resolve(undefined);
      });
    });
    localStorage.setItem('site', 'kept');
  });
}

describe.concurrent('a site without us', () => {
  it('no-sw.js delivers what waits, takes what is ours, and leaves what is not', async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar({
      [READ]: readPage('text'),
      [PLAIN]: '<title>Home</title>',
      'no-sw.js': await readFile(join(BUILD_DIR, 'no-sw.js')),
    });
    const { page, heard } = await openAndListen(device);
    const id = await enter(page, proxy.url);
    await until(() => page.evaluate(() => Boolean(navigator.serviceWorker.controller)));
    await layDown(page);
    const before = (await server.session(id)).spans.length;
    await proxy.stop();
    await page.evaluate(() => history.pushState(null, '', '/read/last/'));
    await until(async () => (await readQueue(page)).some((row) => row['page'] === '/read/last/'));
    await page.goto('about:blank');
    await proxy.reopen();

    proxy.workerFile = '/no-sw.js';
    await page.goto(proxy.url + PLAIN);
    await until(async () => (await readDevice(page)).workers === 0);

    await until(async () => (await readDevice(page)).databases.join() === 'site');
    expect(await readDevice(page)).toEqual({
      databases: ['site'],
      caches: ['site-v1', 'workbox-precache-v2-site'],
      workers: 0,
    });
    expect(await page.evaluate(() => caches.match('/kept').then((kept) => kept?.text()))).toBe('kept');
    expect(await page.evaluate(() => localStorage.getItem('site'))).toBe('kept');
    expect((await server.session(id)).spans.length).toBeGreaterThan(before);
    expect((await server.session(id)).pages.map((one) => one.page)).toContain('/read/last/');
    await page.reload();
    expect(await page.evaluate(() => navigator.serviceWorker.controller)).toBe(null);
    expect(heard).toEqual([]);
  });

  it('a script that is gone leaves the worker where it is', async ({ serveFar, launchedDevice: device }) => {
    const { proxy } = await serveFar({ [READ]: readPage('text'), [PLAIN]: '<title>Home</title>' });
    const { page } = await openAndListen(device);
    await enter(page, proxy.url);
    await until(() => page.evaluate(() => Boolean(navigator.serviceWorker.controller)));

    proxy.workerFault = 'missing';
    for (const isRestarted of [false, true]) {
      if (isRestarted) {
        await device.browser.close();
        await device.reopen();
      }
      const asked = proxy.workerAsked;
      const visitor = await device.newPage();
      await visitor.goto(proxy.url + PLAIN);
      // The browser looks for a new version with each page.
      await until(() => proxy.workerAsked > asked);
      await visitor.goto(proxy.url + PLAIN);
      expect(await visitor.evaluate(() => navigator.serviceWorker.controller?.state)).toBe('activated');
      expect((await readDevice(visitor)).workers).toBe(1);
    }
  });
});
