// The worker dies, is exchanged, is taken away or can't be had, in a real Chromium: what was read reaches the server once, with
// its true times, and the host page hears of nothing.
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import type { FaultProxy } from '../helpers/fault-proxy.ts';
import { openAndListen, readLoadTimes, readStatus } from '../helpers/host-page.ts';
import { enter, readQueue } from '../helpers/reader.ts';
import { READ, readPage, type SiteFiles } from '../helpers/reading-site.ts';
import type { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

/** A page's start is told as late as its script runs. */
const TOLERANCE_MS = 1_500;
/** So long a page waits for a worker that doesn't answer, and then for its own delivery. */
const SILENCE_MS = 60_000;

/** Delivers what waits, and isn't read. */
const HOME = '/home/';
const SITE: SiteFiles = {
  [READ]: readPage('text', 'tick="250" interval="1000"'),
  [HOME]: readPage('text', 'deliver-only'),
};

/** Comes to the page by the gate and reads until the worker has delivered. */
async function readWithWorker(page: Page, proxy: FaultProxy): Promise<{ id: string; cameAt: number }> {
  const id = await enter(page, proxy.url);
  const { readyAt: cameAt } = await readLoadTimes(page);
  await until(() => proxy.seen.some(({ isFromWorker }) => isFromWorker));
  await until(async () => (await readStatus(page))?.worker === 'active');
  return { id, cameAt };
}

/** Resolves when a request of the worker has met the fault. */
async function untilWorkerMeets(proxy: FaultProxy, fault: FaultProxy['fault']): Promise<void> {
  proxy.fault = fault;
  await until(() => proxy.seen.some((one) => one.isFromWorker && one.fault === fault));
}

async function stopWorkers(page: Page): Promise<void> {
  const session = await page.createCDPSession();
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.stopAllWorkers');
  await session.detach();
}

/** The server knows of the one span, from when the reader came until now at least. */
async function expectOneSpan(server: StillhereServer, id: string, fromMs: number): Promise<void> {
  const untilMs = Date.now();
  const session = await until(async () => {
    const found = await server.session(id);
    return Date.parse(found.sessionEndTime ?? '') >= untilMs && found;
  }, SILENCE_MS);
  expect(session.spans).toHaveLength(1);
  expect(Math.abs(Date.parse(session.spans[0]?.start ?? '') - fromMs)).toBeLessThan(TOLERANCE_MS);
  expect(Date.parse(session.sessionEndTime ?? '')).toBeLessThanOrEqual(Date.now());
  expect(session.readingTimeMs).toBeGreaterThan(untilMs - fromMs - TOLERANCE_MS);
}

/** A request that the worker sends from now on. */
async function expectWorkerDelivers(proxy: FaultProxy): Promise<void> {
  const before = proxy.seen.length;
  await until(() => proxy.seen.slice(before).some(({ isFromWorker }) => isFromWorker), SILENCE_MS);
}

describe.concurrent('a worker that is stopped', () => {
  it('in the middle of a delivery: the page delivers, and the worker again after it', async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar(SITE);
    const { page, heard } = await openAndListen(device);
    const { id, cameAt } = await readWithWorker(page, proxy);

    await untilWorkerMeets(proxy, 'held');
    await stopWorkers(page);
    proxy.fault = 'none';

    await until(() => proxy.seen.some(({ isFromWorker }) => !isFromWorker), SILENCE_MS);
    await expectOneSpan(server, id, cameAt);
    await expectWorkerDelivers(proxy);
    expect(heard).toEqual([]);
  });

  it('before it takes the receipt: sent again, counted once, and out of the queue', async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar(SITE);
    const { page, heard } = await openAndListen(device);
    const { id, cameAt } = await readWithWorker(page, proxy);

    await untilWorkerMeets(proxy, 'answer-held');
    await stopWorkers(page);
    proxy.fault = 'none';
    proxy.release();
    const leftAt = Date.now();
    await page.goto(proxy.url + HOME);

    await until(async () => (await readQueue(page)).length === 0);
    const session = await server.session(id);
    expect(session.spans).toHaveLength(1);
    expect(Math.abs(Date.parse(session.spans[0]?.start ?? '') - cameAt)).toBeLessThan(TOLERANCE_MS);
    expect(Math.abs(Date.parse(session.spans[0]?.end ?? '') - leftAt)).toBeLessThan(TOLERANCE_MS);
    expect(heard).toEqual([]);
  });
});

describe.concurrent('a worker that is exchanged', () => {
  it('while it delivers: the new one goes on', async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar(SITE);
    const { page, heard } = await openAndListen(device);
    const { id, cameAt } = await readWithWorker(page, proxy);

    await untilWorkerMeets(proxy, 'held');
    proxy.workerSuffix = '\n// another version';
    await page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      const { active } = registration;
      await registration.update();
      Object.assign(window, { isOver: () => registration.active !== active });
    });
    proxy.fault = 'none';
    proxy.release();
    await page.waitForFunction(() => (window as unknown as { isOver: () => boolean }).isOver());

    await expectOneSpan(server, id, cameAt);
    await expectWorkerDelivers(proxy);
    await until(async () => (await readStatus(page))?.worker === 'active');
    expect(heard).toEqual([]);
  });

  it.for(['missing', 'html'] as const)(
    'for a script that is %s: the old one stays',
    async (fault, { serveFar, device }) => {
      const { server, proxy } = await serveFar(SITE);
      const { page, heard } = await openAndListen(device);
      const { id, cameAt } = await readWithWorker(page, proxy);

      proxy.workerFault = fault;
      const answer = await page.evaluate(async () =>
        (await navigator.serviceWorker.ready).update().then(() => 'updated', String),
      );
      expect(answer).toMatch(/Error/);

      await expectWorkerDelivers(proxy);
      await expectOneSpan(server, id, cameAt);
      expect(heard).toEqual([]);
    },
  );
});

describe.concurrent('a worker that is taken away', () => {
  it('by another script: the page goes on, and the next one has a worker again', async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar(SITE);
    const { page, heard } = await openAndListen(device);
    const { id, cameAt } = await readWithWorker(page, proxy);

    await page.evaluate(async () => (await navigator.serviceWorker.ready).unregister());
    await expectOneSpan(server, id, cameAt);

    await page.goto(proxy.url + READ);
    await expectWorkerDelivers(proxy);
    // The worker may first deliver the last word of the page before.
    await until(async () => (await server.session(id)).spans.length === 2);
    expect(heard).toEqual([]);
  });

  it("with the site's data: the page registers it again", async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar(SITE);
    const { page, heard } = await openAndListen(device);
    const { id, cameAt } = await readWithWorker(page, proxy);

    const session = await page.createCDPSession();
    await session.send('Storage.clearDataForOrigin', { origin: proxy.url, storageTypes: 'service_workers' });

    await expectOneSpan(server, id, cameAt);
    await until(async () => (await readStatus(page))?.worker === 'active', SILENCE_MS);
    await expectWorkerDelivers(proxy);
    expect(await page.evaluate(async () => Boolean(await navigator.serviceWorker.getRegistration()))).toBe(true);
    expect(heard).toEqual([]);
  });
});

describe.concurrent('a worker that can not be had for a while', () => {
  it.for(['missing', 'html'] as const)(
    'its script is %s: the page delivers, and registers later',
    async (fault, { serveFar, device }) => {
      const { server, proxy } = await serveFar(SITE);
      proxy.workerFault = fault;
      const { page, heard } = await openAndListen(device);
      const id = await enter(page, proxy.url);
      const { readyAt: cameAt } = await readLoadTimes(page);
      await expectOneSpan(server, id, cameAt);
      expect(proxy.seen.some(({ isFromWorker }) => isFromWorker)).toBe(false);
      expect((await readStatus(page))?.worker).toBe('none');

      proxy.workerFault = 'none';
      await expectWorkerDelivers(proxy);
      await until(async () => (await readStatus(page))?.worker === 'active');
      await expectOneSpan(server, id, cameAt);
      expect(heard).toEqual([]);
    },
  );

  it('its registration is refused: the page delivers, and registers later', async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar(SITE);
    const { page, heard } = await openAndListen(device, () => {
      const register = Reflect.get(ServiceWorkerContainer.prototype, 'register') as (...how: unknown[]) => never;
      ServiceWorkerContainer.prototype.register = function (...how) {
        if ('isAllowed' in window) return register.apply(this, how);
        return Promise.reject(new DOMException('refused', 'SecurityError'));
      };
    });
    const id = await enter(page, proxy.url);
    const { readyAt: cameAt } = await readLoadTimes(page);
    await expectOneSpan(server, id, cameAt);
    expect((await readStatus(page))?.worker).toBe('none');

    await page.evaluate(() => void Object.assign(window, { isAllowed: true }));
    await expectWorkerDelivers(proxy);
    await until(async () => (await readStatus(page))?.worker === 'active');
    await expectOneSpan(server, id, cameAt);
    expect(heard).toEqual([]);
  });
});
