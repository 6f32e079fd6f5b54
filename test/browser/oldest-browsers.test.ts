// What the oldest supported browsers lack (build/minify.ts), taken away in page and worker: what is read arrives.
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { enter } from '../helpers/reader.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import { until } from '../helpers/until.ts';

/** Runs in page and worker alike. */
const TAKE_AWAY = `
  delete AbortSignal.timeout;
  delete AbortSignal.any;
  delete AbortSignal.prototype.throwIfAborted;
  delete self.structuredClone;
  delete self.BroadcastChannel;
  delete self.PerformanceObserver;
  delete self.navigation;
  delete self.cookieStore;
  delete self.scheduler;
  delete self.Crypto?.prototype.randomUUID;
  delete Object.hasOwn;
  delete Object.groupBy;
  delete Promise.withResolvers;
  delete String.prototype.isWellFormed;
  delete String.prototype.toWellFormed;
  for (const name of ['at', 'findLast', 'findLastIndex', 'toReversed', 'toSorted', 'toSpliced', 'with'])
    for (const { prototype } of [Array, Uint8Array]) delete prototype[name];
  for (const name of ['locks', 'userActivation', 'storage'])
    for (const kind of ['Navigator', 'WorkerNavigator']) if (self[kind]) delete self[kind].prototype[name];
`;
const WORKER = `${TAKE_AWAY}
  importScripts('/stillhere-sw.js');
  addEventListener('install', () => skipWaiting());
  addEventListener('activate', (event) => event.waitUntil(clients.claim()));`;

describe.concurrent('in the oldest browsers', () => {
  it.for([
    ['by the worker', '/old-worker.js'],
    ['by the page', 'none'],
  ] as const)('what is read arrives, %s', async ([, worker], { serve, device }) => {
    const attributes = `tick="250" interval="1000" worker="${worker}"`;
    const server = await serve({
      [READ]: readPage('text', attributes, `<script>${TAKE_AWAY}</script>`),
      '/old-worker.js': WORKER,
    });
    const page = await device.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    const id = await enter(page, server.url);
    await until(async () => ((await server.session(id)).readingTimeMs ?? 0) > 2_000);
    const { worker: delivers, lastDelivery } = await until(() =>
      page.evaluate(() => {
        const status = document.querySelector('session-heartbeat')?.heartbeat?.status();
        return status?.lastDelivery && status;
      }),
    );
    expect({ delivers, error: lastDelivery?.error }).toEqual({
      delivers: worker === 'none' ? 'none' : 'active',
      error: undefined,
    });
    const closedAt = Date.now();
    await page.close();
    await until(async () => Math.abs(Date.parse((await server.session(id)).sessionEndTime ?? '') - closedAt) < 1_000);
    expect(errors).toEqual([]);
  });
});
