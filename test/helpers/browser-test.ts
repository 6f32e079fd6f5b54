// `it` for browser tests: each gets its own server with an empty store and its own device, so that they can run in
// parallel.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { test } from 'vitest';
import { Device, launchChromium, LaunchedDevice } from './chromium.ts';
import { FaultProxy } from './fault-proxy.ts';
import { SMALL_SITE, startReadingSiteInTest, type SiteFiles } from './reading-site.ts';
import { StillhereServer } from './stillhere-server.ts';

interface Fixtures {
  /** A server of {@link SMALL_SITE}, in the test's process. */
  server: StillhereServer;
  /** A server of the sample portfolio, in the test's process. It is an app: three times the work of a small page. */
  portfolio: StillhereServer;
  /** A server with the test's own site. */
  serve: (files: SiteFiles, environment?: NodeJS.ProcessEnv) => Promise<StillhereServer>;
  proxy: FaultProxy;
  /** A server with the test's own site, behind a network that the test controls. */
  serveFar: (
    files: SiteFiles,
    environment?: NodeJS.ProcessEnv,
  ) => Promise<{ server: StillhereServer; proxy: FaultProxy }>;
  /** One Chromium per worker, for all devices that can share it. */
  browser: Browser;
  device: Device;
  /** For a test that ends its Chromium, or needs what a browser context lacks: a profile on disk, Background Sync. */
  launchedDevice: LaunchedDevice;
}

/** A name that resolves to this machine and is no secure context. */
export const PLAIN_HOST = 'portfolio.example';

const BROWSER_FLAGS = [
  `--host-resolver-rules=MAP ${PLAIN_HOST} 127.0.0.1`,
  // Otherwise Chromium keeps a process ready for the next site of each context: a sixth of its CPU time here.
  '--disable-features=SpareRendererForSitePerProcess',
];

export const it = test.extend<Fixtures>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the parameter's text
  server: async ({}, use) => {
    const server = await startReadingSiteInTest(SMALL_SITE);
    await use(server);
    await server.stop();
  },
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the parameter's text
  portfolio: async ({}, use) => {
    const server = await StillhereServer.startInTest();
    await use(server);
    await server.stop();
  },
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the parameter's text
  serve: async ({}, use) => {
    const started: StillhereServer[] = [];
    await use(async (files, environment) => {
      const server = await startReadingSiteInTest(files, environment);
      started.push(server);
      return server;
    });
    for (const server of started) await server.stop();
  },
  proxy: async ({ server }, use) => {
    const proxy = await FaultProxy.start(server.url);
    await use(proxy);
    await proxy.stop();
  },
  serveFar: async ({ serve }, use) => {
    const started: FaultProxy[] = [];
    await use(async (files, environment) => {
      const server = await serve(files, environment);
      const proxy = await FaultProxy.start(server.url);
      started.push(proxy);
      return { server, proxy };
    });
    for (const proxy of started) await proxy.stop();
  },
  browser: [
    // oxlint-disable-next-line no-empty-pattern -- vitest reads the parameter's text
    async ({}, use) => {
      const profile = await mkdtemp(join(tmpdir(), 'stillhere-profile-'));
      const browser = await launchChromium(profile, BROWSER_FLAGS);
      await use(browser);
      await browser.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
    { scope: 'worker' },
  ],
  device: async ({ browser }, use) => {
    const device = await Device.openIn(browser);
    await use(device);
    await device.close();
  },
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the parameter's text
  launchedDevice: async ({}, use) => {
    const device = await LaunchedDevice.launch();
    await use(device);
    await device.close();
  },
});
