// A page with a base element that leads to another host: the heartbeat goes to where the page came from.
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { enter } from '../helpers/reader.ts';
import { READ } from '../helpers/reading-site.ts';
import { until } from '../helpers/until.ts';

it.for(['/sw.js', 'none'])(
  'worker %s: nothing is asked of the host that the base names',
  async (worker, { serve, device }) => {
    const asked: string[] = [];
    const elsewhere = createServer(({ url }, response) => {
      asked.push(url ?? '');
      response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const base = `<base href="http://localhost:${(elsewhere.address() as AddressInfo).port}/">`;
    const start = `import(location.origin + '/stillhere.js').then(({ startHeartbeat }) =>
    startHeartbeat({ tick: 250, interval: 1000, worker: '${worker}' }))`;
    const server = await serve({
      [READ]: `<!doctype html><title>A page</title>${base}<script>${start}</script><video autoplay muted></video>text`,
    });
    const page = await device.newPage();
    const id = await enter(page, server.url);
    await until(async () => ((await server.session(id)).readingTimeMs ?? 0) > 1_000);
    const isControlled = (): Promise<boolean> => page.evaluate(() => Boolean(navigator.serviceWorker.controller));
    if (worker !== 'none') await until(isControlled);
    else expect(await isControlled()).toBe(false);
    const closedAt = Date.now();
    await page.close();
    await until(async () => Math.abs(Date.parse((await server.session(id)).sessionEndTime ?? '') - closedAt) < 1_000);
    expect(asked.filter((path) => path !== '/favicon.ico')).toEqual([]);
    elsewhere.close();
  },
);
