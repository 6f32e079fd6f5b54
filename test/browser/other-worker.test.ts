// A site that has a worker of its own: with the channel in it, it is used as it is; without it pages deliver by themselves.
// Ours is registered only where there is none, and never replaces one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TargetType } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { openAndListen, readStatus } from '../helpers/host-page.ts';
import { enter, readQueue } from '../helpers/reader.ts';
import { READ, readPage, type SiteFiles } from '../helpers/reading-site.ts';
import { countWorkboxRequests, readRegistrations, readSyncTags } from '../helpers/site-worker.ts';
import type { StillhereServer } from '../helpers/stillhere-server.ts';
import { elapsed, until } from '../helpers/until.ts';

/** So long a page waits for a word of a worker that it doesn't know. */
const PATIENCE_MS = 5_000;
const NEAR_MS = 1_000;
const BEATS = 4;
const TUNNEL_MS = 3_000;

const LISTENERS = `
  addEventListener('install', () => skipWaiting());
  addEventListener('activate', (event) => event.waitUntil(clients.claim()));
`;
const PLAIN = `${LISTENERS} addEventListener('message', () => {});`;
const COMPOSED = `importScripts('/stillhere-sw.js'); ${LISTENERS}`;

const register = (path: string): string =>
  `<script>addEventListener('load', () => navigator.serviceWorker?.register('${path}'));</script>`;

/** Of an attribute that is there twice the first one counts. */
const page = (attributes: string, head = ''): string =>
  readPage('text', `${attributes} tick="250" interval="1000"`, head);

async function untilEnd(server: StillhereServer, id: string, atMs: number): Promise<void> {
  await until(async () => {
    const { sessionEndTime } = await server.session(id);
    return Math.abs(Date.parse(sessionEndTime ?? '') - atMs) < NEAR_MS;
  });
}

describe.concurrent('a worker of the site with the channel in it', () => {
  const site = (attributes: string): SiteFiles => ({
    '/': readPage('text', 'deliver-only worker="none"'),
    [READ]: page(attributes, register('/app-worker.js')),
    'app-worker.js': COMPOSED,
  });

  it('is used as it is, in a tunnel and at the end', async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar(site('worker="none"'));
    const { page: reader, heard } = await openAndListen(device);
    const id = await enter(reader, proxy.url);
    await until(async () => (await readStatus(reader))?.worker === 'active');
    expect(await readRegistrations(reader)).toEqual({ '/': '/app-worker.js' });

    await proxy.stop();
    await until(async () => (await readQueue(reader)).length > 0);
    await elapsed(TUNNEL_MS);
    await proxy.reopen();
    await until(async () => (await readQueue(reader)).length === 0);
    const leftAt = Date.now();
    await reader.close({ runBeforeUnload: true });
    await untilEnd(server, id, leftAt);

    expect((await server.session(id)).spans).toHaveLength(1);
    expect(heard).toEqual([]);
  });

  it('is told the last words without having been asked', async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar(site('worker="none" tick="60000" interval="60000"'));
    const other = await device.newPage();
    const { page: reader } = await openAndListen(device, () =>
      // Neither the page's own request nor its own row: only the message is left.
      addEventListener(
        'pagehide',
        () => {
          window.fetch = () => new Promise(() => {});
          IDBDatabase.prototype.transaction = () => {
            throw new DOMException('refused', 'UnknownError');
          };
        },
        true,
      ),
    );
    const id = await enter(reader, proxy.url);
    await until(() => reader.evaluate(() => Boolean(navigator.serviceWorker.controller)));
    // A new page, which goes before its first beat is answered.
    proxy.fault = 'held';
    await reader.reload();
    await until(async () => (await readStatus(reader))?.isReading);
    expect(await readStatus(reader)).toMatchObject({ worker: 'none' });
    await elapsed(TUNNEL_MS);
    const leftAt = Date.now();
    await reader.close({ runBeforeUnload: true });
    await until(() => device.count(TargetType.PAGE, proxy.url) === 0);
    proxy.fault = 'none';
    proxy.release();
    // What failed is tried again when a page of the site comes.
    await other.goto(proxy.url);
    await untilEnd(server, id, leftAt);
  });

  it('is used and not replaced on the page that registers it, too', async ({ serve, device }) => {
    const server = await serve({
      // Until its script has come no browser tells that a worker is about to be: hence `worker="none"` for sites that do so later.
      [READ]: `<!doctype html><session-heartbeat tick="250" interval="1000"></session-heartbeat><script type="module">
        await navigator.serviceWorker.register('/app-worker.js');
        await import('/stillhere.js');
      </script>`,
      'app-worker.js': `importScripts('/stillhere-sw.js');`,
    });
    const { page: reader, heard } = await openAndListen(device);
    await enter(reader, server.url);
    await until(async () => (await readStatus(reader))?.worker === 'active');
    expect(await reader.evaluate(() => navigator.serviceWorker.controller)).toBe(null);
    expect(await readRegistrations(reader)).toEqual({ '/': '/app-worker.js' });
    expect(heard).toEqual([]);
  });

  it("is that of Workbox, too, whose queue of its own stays the site's", async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar({
      ...site('worker="none"'),
      'app-worker.js': `
        importScripts('/workbox-core.prod.js', '/workbox-background-sync.prod.js');
        const queue = new workbox.backgroundSync.Queue('orders', { onSync: () => Promise.reject(new Error('not yet')) });
        addEventListener('message', ({ data }) => data === 'order' && queue.pushRequest({ request: new Request('/order') }));
        importScripts('/stillhere-sw.js', '/stillhere-sw.js?again');
        ${LISTENERS}`,
      ...Object.fromEntries(
        ['workbox-core', 'workbox-background-sync'].map((name) => [
          `${name}.prod.js`,
          readFileSync(join('node_modules', name, 'build', `${name}.prod.js`)),
        ]),
      ),
    });
    const { page: reader, heard } = await openAndListen(device);
    await enter(reader, proxy.url);
    await until(async () => (await readStatus(reader))?.worker === 'active');
    const readNames = (): Promise<string[]> =>
      reader.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? '').toSorted());
    expect(await readNames()).toEqual(['stillhere']);

    await proxy.stop();
    await reader.evaluate(() => navigator.serviceWorker.controller?.postMessage('order', []));
    await until(async () => (await readSyncTags(reader)).length === 2);
    expect(await readSyncTags(reader)).toEqual(['workbox-background-sync:orders', 'workbox-background-sync:stillhere']);
    await proxy.reopen();
    await until(async () => (await readQueue(reader)).length === 0);
    expect(await readNames()).toEqual(['stillhere', 'workbox-background-sync']);
    expect(await countWorkboxRequests(reader)).toBe(1);
    expect(await server.sessions()).toHaveLength(1);
    expect(heard).toEqual([]);
  });

  it('takes the place of ours where it comes later, and is not replaced', async ({ serve, device }) => {
    const server = await serve({
      [READ]: page(''),
      '/read/next/': page('', register('/app-worker.js')),
      'app-worker.js': COMPOSED,
    });
    const { page: reader, heard } = await openAndListen(device);
    await enter(reader, server.url);
    await until(async () => (await readStatus(reader))?.worker === 'active');
    expect(await readRegistrations(reader)).toEqual({ '/': '/sw.js' });

    await reader.goto(`${server.url}/read/next/`);
    await until(async () => (await readRegistrations(reader))['/'] === '/app-worker.js');
    await until(async () => (await readStatus(reader))?.worker === 'active');
    await reader.goto(server.url + READ);
    await until(async () => (await readStatus(reader))?.worker === 'active');
    expect(await readRegistrations(reader)).toEqual({ '/': '/app-worker.js' });
    expect(heard).toEqual([]);
  });
});

describe.concurrent('a worker of the site without the channel', () => {
  it('stays what it is: the page delivers, and says so', async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar({
      '/': register('/app-worker.js'),
      [READ]: page(''),
      'app-worker.js': PLAIN,
    });
    const { page: reader, heard } = await openAndListen(device);
    await reader.goto(proxy.url);
    await until(() => reader.evaluate(() => Boolean(navigator.serviceWorker.controller)));
    const id = await enter(reader, proxy.url);
    const cameAt = Date.now();

    await until(async () => (await server.session(id)).spans.length === 1);
    expect(Date.now() - cameAt).toBeGreaterThan(PATIENCE_MS - NEAR_MS);
    // It was waited for once, and not with each beat.
    const firstAt = Date.now();
    for (let beat = 0; beat < BEATS; beat++) {
      const { sessionEndTime } = await server.session(id);
      await until(async () => (await server.session(id)).sessionEndTime !== sessionEndTime);
    }
    expect(Date.now() - firstAt).toBeLessThan(BEATS * PATIENCE_MS);
    expect(await readStatus(reader)).toMatchObject({ isReading: true, worker: 'none' });
    // A span that has grown meanwhile waits again.
    await until(async () => (await readStatus(reader))?.lastDelivery?.waiting === 0);
    expect(await readRegistrations(reader)).toEqual({ '/': '/app-worker.js' });
    expect(heard).toEqual([]);
  });
});

describe.concurrent('the option `worker`', () => {
  it('"none" registers none', async ({ serve, device }) => {
    const server = await serve({ [READ]: page('worker="none"') });
    const { page: reader } = await openAndListen(device);
    const id = await enter(reader, server.url);
    await until(async () => (await server.session(id)).sessionEndTime);
    expect(await readRegistrations(reader)).toEqual({});
    expect(await readStatus(reader)).toMatchObject({ worker: 'none' });
  });

  it('a path in a folder: the pages of the folder have it, and others use it', async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar({
      [READ]: page('worker="/read/plans/sw.js"'),
      '/read/plans/': page('worker="/read/plans/sw.js"'),
      '/read/plans/sw.js': COMPOSED,
    });
    const { page: reader, heard } = await openAndListen(device);
    const id = await enter(reader, proxy.url);
    for (const path of [READ, '/read/plans/']) {
      await reader.goto(proxy.url + path);
      await until(async () => (await readStatus(reader))?.worker === 'active');
      const hasIt = await reader.evaluate(() => Boolean(navigator.serviceWorker.controller));
      expect(hasIt).toBe(path === '/read/plans/');
    }
    expect(await readRegistrations(reader)).toEqual({ '/read/plans/': '/read/plans/sw.js' });
    await until(async () => (await server.session(id)).pages.length === 2);
    expect(heard).toEqual([]);
  });
});
