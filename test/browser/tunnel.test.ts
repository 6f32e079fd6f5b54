// The main job: reading, into a tunnel, the tab closed there, and home. Real Chromium, real server, real store.
import { TargetType, type Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { enter, readQueue } from '../helpers/reader.ts';
import type { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

/** How long the server's socket is closed. */
const TUNNEL_MS = 30_000;
const SECOND_MS = 1_000;
const TICK_MS = 5_000;

/** Reads until the server has heard of it, then goes into the tunnel. Resolves in the middle of it. */
async function readIntoTunnel(page: Page, server: StillhereServer): Promise<{ id: string; wentInAt: number }> {
  const id = await enter(page, server.url);
  await until(async () => (await server.session(id)).sessionEndTime);
  await server.stop();
  const wentInAt = Date.now();
  await until(() => Date.now() - wentInAt > TUNNEL_MS / 2, TUNNEL_MS);
  return { id, wentInAt };
}

async function leaveTunnel(server: StillhereServer, wentInAt: number): Promise<void> {
  await until(() => Date.now() - wentInAt > TUNNEL_MS, TUNNEL_MS);
  await server.start();
}

async function expectEnd(server: StillhereServer, id: string, truthMs: number, toleranceMs: number): Promise<void> {
  const session = await until(async () => {
    const found = await server.session(id);
    return Math.abs(Date.parse(found.sessionEndTime ?? '') - truthMs) <= toleranceMs && found;
  });
  expect(session.spans).toHaveLength(1);
  expect(session.readingTimeMs).toBeGreaterThan(TUNNEL_MS / 2 - toleranceMs);
}

describe.concurrent('a tab closed in a tunnel', () => {
  it('is recorded to the second when any page of the site is opened again', async ({ server, device }) => {
    const other = await device.newPage();
    const page = await device.newPage();
    const { id, wentInAt } = await readIntoTunnel(page, server);
    const closedAt = Date.now();
    await page.close();
    await leaveTunnel(server, wentInAt);

    await other.goto(server.url);

    await expectEnd(server, id, closedAt, SECOND_MS);
    await until(async () => (await readQueue(other)).length === 0);
  });

  it('is recorded to the second by Background Sync alone', async ({ server, launchedDevice: device }) => {
    const blank = await device.newPage();
    const page = await device.newPage();
    const { id, wentInAt } = await readIntoTunnel(page, server);
    const closedAt = Date.now();
    await page.close();
    await leaveTunnel(server, wentInAt);

    await fireSync(blank, server.url);

    await expectEnd(server, id, closedAt, SECOND_MS);
    expect(device.count(TargetType.PAGE, server.url)).toBe(0);
  });

  it('is recorded to the second where there are no service workers', async ({ server, device }) => {
    const other = await device.newPageWithoutWorkers();
    const page = await device.newPageWithoutWorkers();
    const { id, wentInAt } = await readIntoTunnel(page, server);
    const closedAt = Date.now();
    await page.close();
    await leaveTunnel(server, wentInAt);

    await other.goto(server.url);

    await expectEnd(server, id, closedAt, SECOND_MS);
    expect(device.count(TargetType.SERVICE_WORKER, server.url)).toBe(0);
  });
});

describe.concurrent('a browser killed in a tunnel', () => {
  it('is recorded to the tick when it is opened again', async ({ server, launchedDevice: device }) => {
    const page = await device.newPage();
    const { id, wentInAt } = await readIntoTunnel(page, server);
    const killedAt = Date.now();
    await device.kill();
    await leaveTunnel(server, wentInAt);

    await device.reopen();
    const home = await device.newPage();
    await home.goto(server.url);

    await expectEnd(server, id, killedAt, TICK_MS);
  });
});

/** The browser's own sync event, fired by hand: Chromium would wait five minutes after a failed one. */
async function fireSync(page: Page, url: string): Promise<void> {
  const session = await page.createCDPSession();
  const registration = new Promise<string>((resolve) => {
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const ours = registrations.find(({ scopeURL }) => scopeURL === `${url}/`);
      if (ours) resolve(ours.registrationId);
    });
  });
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.dispatchSyncEvent', {
    origin: url,
    registrationId: await registration,
    tag: 'workbox-background-sync:stillhere',
    lastChance: false,
  });
}
