// `it` for browser tests: each gets a server with an empty store and a device of its own, so they may run side by side.
import { test } from 'vitest';
import { Device } from './chromium.ts';
import { FaultProxy } from './fault-proxy.ts';
import { StillhereServer } from './stillhere-server.ts';

export const it = test.extend<{ server: StillhereServer; proxy: FaultProxy; device: Device }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the parameter's text
  server: async ({}, use) => {
    const server = await StillhereServer.start();
    await use(server);
    await server.stop();
  },
  proxy: async ({ server }, use) => {
    const proxy = await FaultProxy.start(server.url);
    await use(proxy);
    await proxy.stop();
  },
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the parameter's text
  device: async ({}, use) => {
    const device = await Device.open();
    await use(device);
    await device.close();
  },
});
