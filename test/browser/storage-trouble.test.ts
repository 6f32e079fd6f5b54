// The device's storage fails in a real Chromium: what was read reaches the server once, with its true times, the status tells
// the truth, and the host page hears of nothing. Each cause by itself: test/unit/sw/channel/storage-trouble-*.test.ts.
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { heal } from '../helpers/fault-proxy.ts';
import { openAndListen, readLoadTimes, readStatus } from '../helpers/host-page.ts';
import { enter, readQueue } from '../helpers/reader.ts';
import { READ, readPage, type SiteFiles } from '../helpers/reading-site.ts';
import type { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

/** An end may be as old as the last tick, and a start as late as the page's script. */
const TOLERANCE_MS = 1_500;

/** Room for the worker's script, the empty database and some rows. */
const QUOTA_BYTES = 40_000;

const TWO = `${READ}two/`;

const SITE: SiteFiles = {
  '/empty/': '<!doctype html><title>Nothing of ours</title>',
  [READ]: readPage('text', 'tick="250" interval="1000"'),
  [TWO]: readPage('text', 'tick="250" interval="1000"'),
};

/** The server knows of one span, from when the reader came on and until at least `untilMs`. */
async function expectOneSpan(server: StillhereServer, id: string, fromMs: number, untilMs: number): Promise<void> {
  const session = await until(async () => {
    const found = await server.session(id);
    return Date.parse(found.sessionEndTime ?? '') >= untilMs && found;
  });
  expect(session.spans).toHaveLength(1);
  expect(Math.abs(Date.parse(session.spans[0]?.start ?? '') - fromMs)).toBeLessThan(TOLERANCE_MS);
  expect(Date.parse(session.sessionEndTime ?? '')).toBeLessThanOrEqual(Date.now());
}

/** The end of the one row that waits on the device. */
async function storedEnd(page: Page): Promise<number> {
  return Number((await readQueue(page))[0]?.['end']);
}

describe.concurrent('with the storage in trouble', () => {
  it('a full disk: in memory, delivered all the same, and stored when there is room', async ({
    serveFar,
    launchedDevice: device,
  }) => {
    const { server, proxy } = await serveFar(SITE);
    proxy.fault = 'error-500';
    const { page, heard } = await openAndListen(device);
    const session = await page.createCDPSession();
    // From before the first write on: Chromium 156 looks at the quota again only when what it had allotted is used up.
    await session.send('Storage.overrideQuotaForOrigin', { origin: proxy.url, quotaSize: QUOTA_BYTES });
    const id = await enter(page, proxy.url);
    const { readyAt: cameAt } = await readLoadTimes(page);
    await until(async () => (await readStatus(page))?.storage === 'stored');
    await until(async () => (await readStatus(page))?.storageTrouble?.includes('QuotaExceededError'), 60_000);
    expect((await readStatus(page))?.storage).toBe('memory');
    const filledAt = await storedEnd(page);
    await until(async () => ((await readStatus(page))?.lastDelivery?.storageTrouble ?? '').includes('Quota'));
    expect(await storedEnd(page)).toBe(filledAt);

    await heal(page, proxy);
    await expectOneSpan(server, id, cameAt, Date.now());
    expect((await readStatus(page))?.storage).toBe('memory');
    proxy.fault = 'error-500';
    await session.send('Storage.overrideQuotaForOrigin', { origin: proxy.url });
    const roomAt = Date.now();
    await until(async () => (await readStatus(page))?.storage === 'stored' && (await storedEnd(page)) >= roomAt);
    expect(heard).toEqual([]);
  });

  it('the database deleted by another page: made anew, and the span goes on', async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar(SITE);
    proxy.fault = 'error-500';
    const other = await device.newPage();
    await other.goto(`${proxy.url}/empty/`);
    const { page, heard } = await openAndListen(device);
    const id = await enter(page, proxy.url);
    const { readyAt: cameAt } = await readLoadTimes(page);
    await until(async () => (await readQueue(other)).length > 0);

    const event = await other.evaluate(
      () =>
        new Promise<string>((resolve) => {
          const deleting = indexedDB.deleteDatabase('stillhere');
          for (const type of ['success', 'error']) deleting.addEventListener(type, () => resolve(type));
        }),
    );
    expect(event).toBe('success');
    const deletedAt = Date.now();
    await until(async () => (await readStatus(page))?.storage === 'stored' && (await storedEnd(page)) >= deletedAt);

    await heal(page, proxy);
    await expectOneSpan(server, id, cameAt, Date.now());
    expect(heard).toEqual([]);
  });

  it("the site's data cleared by the reader: the connection is closed by force", async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar(SITE);
    proxy.fault = 'error-500';
    const { page, heard } = await openAndListen(device);
    const id = await enter(page, proxy.url);
    const { readyAt: cameAt } = await readLoadTimes(page);
    await until(async () => (await readQueue(page)).length > 0);

    const session = await page.createCDPSession();
    await session.send('Storage.clearDataForOrigin', { origin: proxy.url, storageTypes: 'indexeddb' });
    const clearedAt = Date.now();
    await until(async () => (await readStatus(page))?.storage === 'stored' && (await storedEnd(page)) >= clearedAt);

    await heal(page, proxy);
    await expectOneSpan(server, id, cameAt, Date.now());
    expect(heard).toEqual([]);
  });

  it('another page that upgrades the database is not in its way, nor it in ours', async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar(SITE);
    proxy.fault = 'error-500';
    const other = await device.newPage();
    await other.goto(`${proxy.url}/empty/`);
    const { page, heard } = await openAndListen(device);
    const id = await enter(page, proxy.url);
    const { readyAt: cameAt } = await readLoadTimes(page);
    await until(async () => (await readQueue(other)).length > 0);

    const event = await other.evaluate(
      () =>
        new Promise<string>((resolve) => {
          const opening = indexedDB.open('stillhere', 99);
          opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore('later'));
          for (const type of ['success', 'error']) opening.addEventListener(type, () => resolve(type));
        }),
    );
    expect(event).toBe('success');
    const upgradedAt = Date.now();
    await until(async () => (await readStatus(page))?.storage === 'stored' && (await storedEnd(page)) >= upgradedAt);

    await heal(page, proxy);
    await expectOneSpan(server, id, cameAt, Date.now());
    expect(heard).toEqual([]);
  });

  it('an upgrade that another tab blocks: in memory, and stored when the tab is gone', async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar(SITE);
    const { page, heard } = await openAndListen(device);
    const id = await enter(page, proxy.url);
    await page.goto('about:blank');
    const older = await device.newPage();
    await older.goto(`${proxy.url}/empty/`);
    await older.evaluate(
      () =>
        new Promise<void>((resolve) => {
          indexedDB.deleteDatabase('stillhere');
          const opening = indexedDB.open('stillhere', 1);
          opening.addEventListener('success', () => {
            Object.assign(window, { held: opening.result });
            resolve();
          });
        }),
    );

    await page.bringToFront();
    await page.goto(proxy.url + TWO);
    const { readyAt: cameAt } = await readLoadTimes(page);
    await until(async () => (await readStatus(page))?.storageTrouble?.includes('no answer'));
    expect((await readStatus(page))?.storage).toBe('memory');
    const reachedMs = Date.now();
    const spans = await until(async () => {
      const found = (await server.session(id)).spans.filter((one) => one.page === TWO);
      return Date.parse(found[0]?.end ?? '') >= reachedMs && found;
    }, 60_000);
    expect(spans).toHaveLength(1);
    expect(Math.abs(Date.parse(spans[0]?.start ?? '') - cameAt)).toBeLessThan(TOLERANCE_MS);

    proxy.fault = 'error-500';
    await older.close();
    const goneAt = Date.now();
    await until(async () => (await readStatus(page))?.storage === 'stored' && (await storedEnd(page)) >= goneAt);
    expect(heard).toEqual([]);
  });
});

describe.concurrent('with one of page and worker cut off from the storage, the other helps', () => {
  it('the page: the worker stores what it is told, and a tab closed in a tunnel is exact', async ({
    serveFar,
    device,
  }) => {
    const { server, proxy } = await serveFar(SITE);
    const other = await device.newPage();
    await other.goto(`${proxy.url}/empty/`);
    const { page, heard } = await openAndListen(device, () => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('gone', 'UnknownError');
      };
    });
    const id = await enter(page, proxy.url);
    const { readyAt: cameAt } = await readLoadTimes(page);
    await until(async () => (await server.session(id)).spans.length);
    await until(() => proxy.seen.some(({ isFromWorker }) => isFromWorker));
    proxy.fault = 'error-500';
    const tunnelAt = Date.now();
    await until(async () => (await storedEnd(other)) >= tunnelAt);
    expect(await readStatus(page)).toMatchObject({ storage: 'memory', storageTrouble: 'UnknownError: gone' });
    const closedAt = Date.now();
    await page.close();
    await until(async () => (await storedEnd(other)) >= closedAt - 500);

    proxy.fault = 'none';
    await other.goto(proxy.url + TWO);
    const session = await until(async () => {
      const found = await server.session(id);
      return found.spans.length > 1 && found;
    });
    const first = session.spans.find((span) => span.page === READ);
    expect(Math.abs(Date.parse(first?.start ?? '') - cameAt)).toBeLessThan(TOLERANCE_MS);
    expect(Math.abs(Date.parse(first?.end ?? '') - closedAt)).toBeLessThan(500);
    expect(heard).toEqual([]);
  });

  it('the worker: the page delivers what is stored, and takes it out of the queue', async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar(SITE);
    proxy.workerSuffix = '\nIDBFactory.prototype.open = () => { throw new DOMException("gone", "UnknownError"); };';
    proxy.fault = 'error-500';
    const { page, heard } = await openAndListen(device);
    const id = await enter(page, proxy.url);
    await until(() => proxy.seen.some(({ isFromWorker }) => isFromWorker));
    await until(async () => (await readQueue(page)).length > 0);
    await page.goto(proxy.url + TWO);
    await until(async () => (await readQueue(page)).length > 1);

    await heal(page, proxy);
    await until(async () => (await server.session(id)).spans.length > 1);
    await until(async () => (await readQueue(page)).every((row) => row['page'] !== READ));
    expect((await server.session(id)).spans).toHaveLength(2);
    expect((await readStatus(page))?.storage).toBe('stored');
    expect(heard).toEqual([]);
  });
});
