// A new version of the worker takes over while spans wait, and loses none of them.
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { heal } from '../helpers/fault-proxy.ts';
import { enter, readQueue } from '../helpers/reader.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import { until } from '../helpers/until.ts';

describe.concurrent('an update of the worker', () => {
  it('loses nothing that is queued', async ({ serveFar, device }) => {
    const { server, proxy } = await serveFar({ [READ]: readPage('text') });
    proxy.fault = 'error-500';
    const page = await device.newPage();
    const id = await enter(page, proxy.url);
    await until(async () => (await readQueue(page)).length > 0);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    const queued = await readQueue(page);

    proxy.workerSuffix = '\n// another version';
    await page.evaluate(async () => {
      const isChanged = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
      await (await navigator.serviceWorker.ready).update();
      await isChanged;
    });

    expect((await readQueue(page)).map((row) => row['id'])).toEqual(queued.map((row) => row['id']));
    await heal(page, proxy);
    await until(async () => (await server.session(id)).spans.length > 0);
    expect((await server.session(id)).spans.map((span) => span.id)).toEqual(queued.map((row) => row['id']));
  });
});
