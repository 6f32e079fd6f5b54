// The host page is never harmed: nothing throws into it, whatever the browser refuses, and the status says what is left.
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { openAndListen, readStatus } from '../helpers/host-page.ts';
import { enter } from '../helpers/reader.ts';
import { until } from '../helpers/until.ts';

const CRIPPLES: Readonly<Record<string, () => void>> = {
  'IndexedDB missing': () => Object.defineProperty(window, 'indexedDB', { value: undefined }),
  'IndexedDB refused': () => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('refused', 'SecurityError');
    };
  },
  'no service workers': () => void delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker,
  'no locks': () => void delete (Navigator.prototype as { locks?: unknown }).locks,
  'worker refused': () => {
    ServiceWorkerContainer.prototype.register = () => Promise.reject(new DOMException('refused', 'SecurityError'));
  },
};

describe.concurrent('with something missing, reading is recorded and nothing is thrown', () => {
  it.for(Object.entries(CRIPPLES))('%s', async ([, cripple], { server, device }) => {
    const { page, heard } = await openAndListen(device, cripple);
    const id = await enter(page, server.url);

    await until(async () => (await server.session(id)).sessionEndTime);
    const leftAt = Date.now();
    await page.goto(server.url);

    await until(async () => Date.parse((await server.session(id)).sessionEndTime ?? '') >= leftAt - 1_000);
    expect(heard).toEqual([]);
  });

  it('cookies blocked: nothing is recorded, and the status says so', async ({ server, device }) => {
    const { page, heard } = await openAndListen(device, () =>
      Object.defineProperty(Document.prototype, 'cookie', {
        get: () => {
          throw new DOMException('refused', 'SecurityError');
        },
      }),
    );
    await enter(page, server.url).catch(() => {});
    await until(async () => (await readStatus(page))?.lastDelivery);
    expect(await readStatus(page)).toMatchObject({ isReading: false, hasSession: false });
    expect((await server.sessions()).map(({ sessionEndTime }) => sessionEndTime)).toEqual([null]);
    expect(heard).toEqual([]);
  });
});

describe.concurrent('the status', () => {
  it('of a browser that has everything', async ({ server, device }) => {
    const { page } = await openAndListen(device);
    await enter(page, server.url);
    await until(async () => (await readStatus(page))?.lastDelivery);
    expect(await readStatus(page)).toEqual({
      isReading: true,
      hasSession: true,
      worker: 'active',
      storage: 'stored',
      lastDelivery: { stored: 1, refused: [], waiting: 0, retryInMs: 0, serverNow: expect.any(Number) as unknown },
    });
  });

  it('of one that stores nothing and has no worker, in a tunnel', async ({ server, proxy, device }) => {
    proxy.fault = 'error-500';
    const { page, heard } = await openAndListen(device, () => {
      Object.defineProperty(window, 'indexedDB', { value: undefined });
      delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker;
    });
    const id = await enter(page, proxy.url);
    await until(async () => (await readStatus(page))?.lastDelivery);
    expect(await readStatus(page)).toMatchObject({
      isReading: true,
      worker: 'none',
      storage: 'memory',
      lastDelivery: { stored: 0, waiting: 1, error: 'HTTP 500: proxy made it fail' },
    });
    proxy.fault = 'none';
    await until(async () => (await server.session(id)).spans.length);
    expect(heard).toEqual([]);
  });
});
