// Devices that still have the page library or the worker of commit 2392311 (test/fixtures), with a full queue: they deliver to
// today's server, and no mix of old and new page and worker loses anything.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { heal, type FaultProxy } from '../helpers/fault-proxy.ts';
import { passGate, readQueue } from '../helpers/reader.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import { until } from '../helpers/until.ts';

type Version = 'old' | 'new';

const FIXTURES = join(import.meta.dirname, '../fixtures/2392311');
const PAGE_SCRIPTS = ['/stillhere.js', '/stillhere-deliver.js', '/stillhere-register-worker.js'];
const WORKER_SCRIPTS = ['/sw.js'];
const OTHER = `${READ}other/`;

/** What a device gets from now on. */
function give(proxy: FaultProxy, page: Version, worker: Version): void {
  proxy.scripts.clear();
  const old = [...(page === 'old' ? PAGE_SCRIPTS : []), ...(worker === 'old' ? WORKER_SCRIPTS : [])];
  for (const path of old) proxy.scripts.set(path, readFileSync(join(FIXTURES, path)));
}

async function idsInQueue(page: Page): Promise<string[]> {
  return (await readQueue(page)).map((row) => String(row['id']));
}

describe.concurrent('a device with a full queue', () => {
  it.for<[Version, Version, Version, Version]>([
    ['old', 'old', 'old', 'old'],
    ['old', 'old', 'new', 'new'],
    ['old', 'old', 'old', 'new'],
    ['old', 'old', 'new', 'old'],
    // As after a release that was taken back.
    ['new', 'new', 'old', 'old'],
  ])(
    'of a %s page and a %s worker loses nothing with a %s page and a %s worker',
    async (versions, { serveFar, device }) => {
      const [pageBefore, workerBefore, pageAfter, workerAfter] = versions;
      const { server, proxy } = await serveFar({ [READ]: readPage('text'), [OTHER]: readPage('other') });
      give(proxy, pageBefore, workerBefore);
      proxy.fault = 'error-500';
      const page = await device.newPage();
      const session = await passGate(page, proxy.url, 'ann@example.com', READ);
      await until(async () => (await idsInQueue(page)).length > 0);
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
      const queued = await idsInQueue(page);

      give(proxy, pageAfter, workerAfter);
      await page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
      await page.goto(proxy.url + OTHER);
      await until(async () => (await idsInQueue(page)).some((id) => !queued.includes(id)));
      await heal(page, proxy);

      await until(async () => {
        const { spans, pages } = await server.session(session);
        return queued.every((id) => spans.some((span) => span.id === id)) && pages.some((one) => one.page === OTHER);
      });
      await until(async () => (await readQueue(page)).every((row) => !queued.includes(String(row['id']))));
      expect(await readQueue(page, 'refused')).toEqual([]);
    },
  );
});
