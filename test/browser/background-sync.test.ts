// Chromium's own events, with no page of the site open: a last word that was said offline, and the periodic one.
import { TargetType, type Page, type WebWorker } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import type { LaunchedDevice } from '../helpers/chromium.ts';
import { enter, readQueue } from '../helpers/reader.ts';
import { until } from '../helpers/until.ts';

const SECOND_MS = 1_000;

/**
 * Takes the network from the worker; resolves with its return. `onLine` is false in the pages of the site, too, and Background
 * Sync waits. With a session of the page as well, the end of the page would bring the network back.
 */
async function goOffline(device: LaunchedDevice): Promise<() => Promise<void>> {
  const target = await device.context.waitForTarget((one) => one.type() === TargetType.SERVICE_WORKER);
  const session = await target.createCDPSession();
  const set = (offline: boolean): Promise<void> =>
    session.send('Network.emulateNetworkConditions', {
      offline,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: -1,
    });
  await session.send('Network.enable');
  await set(true);
  return () => set(false);
}

async function findWorker(device: LaunchedDevice): Promise<WebWorker> {
  const target = await device.context.waitForTarget((one) => one.type() === TargetType.SERVICE_WORKER);
  const worker = await target.worker();
  if (!worker) throw new Error('There is no worker');
  return worker;
}

/** What the browser will fire. */
async function readTags(device: LaunchedDevice, kind: 'sync' | 'periodicSync' = 'sync'): Promise<string[]> {
  const worker = await findWorker(device);
  return worker.evaluate((name) => {
    const { registration } = self as unknown as { registration: Record<string, { getTags(): Promise<string[]> }> };
    return registration[name]?.getTags() ?? [];
  }, kind);
}

describe.concurrent('Background Sync', () => {
  it('brings the last word of a page as soon as the network is back, while an older sync waits', async ({
    proxy,
    server,
    launchedDevice: device,
  }) => {
    await device.newPage();
    const page = await device.newPage();
    const id = await enter(page, proxy.url);
    await until(async () => (await server.session(id)).sessionEndTime);

    // The network is there and nobody answers: the first tag is tried in vain, and waits for five minutes.
    await proxy.stop();
    await until(async () => (await readQueue(page)).length > 0);
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await until(async () => (await readTags(device)).length === 1);
    await until(async () => {
      const [row] = await readQueue(page);
      return Number(row?.['attempts']) >= 2;
    });
    const goOnline = await goOffline(device);
    // While the page is there: it is gone before its last word could take another tag.
    await until(async () => (await readTags(device)).length === 2);
    const closedAt = Date.now();
    await page.close({ runBeforeUnload: true });
    await until(() => device.count(TargetType.PAGE, proxy.url) === 0);
    await proxy.reopen();
    await goOnline();

    const session = await until(async () => {
      const found = await server.session(id);
      return Math.abs(Date.parse(found.sessionEndTime ?? '') - closedAt) <= SECOND_MS && found;
    });
    expect(session.spans).toHaveLength(1);
    expect(device.count(TargetType.PAGE, proxy.url)).toBe(0);
  });

  it('asks once more where an installed app has the permission, and no longer when nothing waits', async ({
    proxy,
    server,
    launchedDevice: device,
  }) => {
    const browser = await device.browser.target().createCDPSession();
    const permission = { name: 'periodic-background-sync' };
    await browser.send('Browser.setPermission', { permission, setting: 'granted' });
    const blank = await device.newPage();
    const page = await device.newPage();
    const id = await enter(page, proxy.url);
    await until(async () => (await server.session(id)).sessionEndTime);
    expect(await readTags(device, 'periodicSync')).toEqual([]);
    await proxy.stop();
    await until(async () => (await readQueue(page)).length > 0);
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await until(async () => (await readTags(device, 'periodicSync')).length === 1);
    const closedAt = Date.now();
    await page.close({ runBeforeUnload: true });
    await until(() => device.count(TargetType.PAGE, proxy.url) === 0);
    await proxy.reopen();

    await firePeriodicSync(blank, proxy.url);

    await until(async () => {
      const { sessionEndTime } = await server.session(id);
      return Math.abs(Date.parse(sessionEndTime ?? '') - closedAt) <= SECOND_MS;
    });
    await until(async () => (await readTags(device, 'periodicSync')).length === 0);
    expect(device.count(TargetType.PAGE, proxy.url)).toBe(0);
  });
});

/** The browser fires it twice a day at most. */
async function firePeriodicSync(page: Page, url: string): Promise<void> {
  const session = await page.createCDPSession();
  const registration = new Promise<string>((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const ours = registrations.find(({ scopeURL }) => scopeURL === `${url}/`);
      if (ours) resolve(ours.registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  const registrationId = await registration;
  await session.send('ServiceWorker.dispatchPeriodicSyncEvent', { origin: url, registrationId, tag: 'stillhere' });
}
