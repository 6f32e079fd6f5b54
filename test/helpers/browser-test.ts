// `it` for browser tests: each gets its own server with an empty store and its own device, so that they can run in
// parallel.
import { test } from 'vitest';
import { Device } from './chromium.ts';
import { FaultProxy } from './fault-proxy.ts';
import { startReadingSite, type SiteFiles } from './reading-site.ts';
import { StillhereServer } from './stillhere-server.ts';

interface Fixtures {
  server: StillhereServer;
  /** A server with the test's own site. */
  serve: (files: SiteFiles, environment?: NodeJS.ProcessEnv) => Promise<StillhereServer>;
  proxy: FaultProxy;
  /** A server with the test's own site, behind a network that the test controls. */
  serveFar: (
    files: SiteFiles,
    environment?: NodeJS.ProcessEnv,
  ) => Promise<{ server: StillhereServer; proxy: FaultProxy }>;
  device: Device;
}

export const it = test.extend<Fixtures>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the parameter's text
  server: async ({}, use) => {
    const server = await StillhereServer.start();
    await use(server);
    await server.stop();
  },
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the parameter's text
  serve: async ({}, use) => {
    const started: StillhereServer[] = [];
    await use(async (files, environment) => {
      const server = await startReadingSite(files, environment);
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
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the parameter's text
  device: async ({}, use) => {
    const device = await Device.open();
    await use(device);
    await device.close();
  },
});
