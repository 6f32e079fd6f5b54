// A site with a classic worker of its own, which has ours by `importScripts`; and without us again.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Page } from 'puppeteer-core';
import sirv from 'sirv';
import { describe, expect } from 'vitest';
import { it } from '../../helpers/browser-test.ts';
import { openAndListen, readStatus } from '../../helpers/host-page.ts';
import { takeOutOurLines } from '../../helpers/own-lines.ts';
import { passGate } from '../../helpers/reader.ts';
import { INSTALL_MS, servePacked, siteFolder } from '../../helpers/site-folder.ts';
import { readDevice, readRegistrations, readSyncTags } from '../../helpers/site-worker.ts';
import { expectTrueVisit } from '../../helpers/true-visit.ts';
import { until } from '../../helpers/until.ts';

const PAGE = '/report/';
const ITS_WORKER = { '/': '/worker.js' };
const ITS_CACHE = ['site-v1 /', 'site-v1 /register.js'];

const hasWorker = async (page: Page): Promise<boolean> => (await readStatus(page))?.worker === 'active';

describe.concurrent('a site with a classic worker', { timeout: INSTALL_MS }, () => {
  it('records truly who read it, and its worker does what it did', async ({ device }) => {
    const server = await servePacked(await siteFolder('classic'), '--protect', PAGE);
    try {
      await expectTrueVisit(server, device, PAGE);

      const { page, heard } = await openAndListen(device);
      await page.goto(server.url + PAGE);
      await until(() => hasWorker(page));
      expect(await readRegistrations(page)).toEqual(ITS_WORKER);
      expect(await readDevice(page)).toEqual({ databases: ['stillhere'], cached: ITS_CACHE });

      await server.stop();
      await page.goto(server.url);
      expect(await page.title()).toBe('A site with a worker');
      expect(heard).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  it('is what it was with our lines taken out, but for the database that it deletes', async ({ device }) => {
    const folder = await siteFolder('classic', 'classic-uninstalled');
    const server = await servePacked(folder, '--protect', PAGE);
    const another = createServer(sirv(folder, { dev: true }));
    try {
      const { page, heard } = await openAndListen(device);
      await passGate(page, server.url, 'ann@example.com', PAGE);
      await until(() => page.evaluate(() => Boolean(navigator.serviceWorker.controller)));
      await page.reload();
      await until(() => hasWorker(page));

      takeOutOurLines(folder);
      await server.stop();
      another.listen(server.port);
      await once(another, 'listening');
      const old = await page.evaluateHandle(() => ({ worker: navigator.serviceWorker.controller }));
      await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
      await until(() => old.evaluate(({ worker }) => worker?.state === 'redundant'));
      await page.goto(server.url + PAGE);
      expect(await page.$('session-heartbeat')).toBe(null);
      expect(await readRegistrations(page)).toEqual(ITS_WORKER);
      // A delivery that failed while the servers changed may have left a tag, to which nothing listens.
      for (const tag of await readSyncTags(page)) expect(tag).toMatch(/^workbox-background-sync:stillhere(?:-[23])?$/);
      expect(await readDevice(page)).toEqual({ databases: ['stillhere'], cached: ITS_CACHE });

      await page.evaluate(() => void indexedDB.deleteDatabase('stillhere'));
      await until(async () => (await readDevice(page)).databases.length === 0);
      await page.goto(server.url);
      await page.goto(server.url + PAGE);
      expect(await readDevice(page)).toEqual({ databases: [], cached: ITS_CACHE });
      expect(heard).toEqual([]);
    } finally {
      another.close();
      another.closeAllConnections();
      await server.stop();
    }
  });
});
