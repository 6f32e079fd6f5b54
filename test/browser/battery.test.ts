// What the page costs while nobody reads: no timer runs.
import type { Page } from 'puppeteer-core';
import { describe } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { enter, readQueue } from '../helpers/reader.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import { until } from '../helpers/until.ts';

/** Counts the timers that run in the page. */
async function countTimers(page: Page): Promise<() => Promise<number>> {
  await page.evaluateOnNewDocument(() => {
    const running = new Set<unknown>();
    const host = window as unknown as Record<string, (first: unknown, ...rest: unknown[]) => unknown>;
    for (const kind of ['Timeout', 'Interval']) {
      const [set, clear] = [host[`set${kind}`], host[`clear${kind}`]];
      host[`set${kind}`] = (work, ...rest) => {
        const happen = (...all: unknown[]): void => {
          if (kind === 'Timeout') running.delete(id);
          (work as (...given: unknown[]) => void)(...all);
        };
        const id = set?.(happen, ...rest);
        running.add(id);
        return id;
      };
      host[`clear${kind}`] = (id) => {
        running.delete(id);
        clear?.(id);
      };
    }
    Object.assign(window, { running });
  });
  return () => page.evaluate(() => (window as unknown as { running: Set<unknown> }).running.size);
}

describe.concurrent('timers', () => {
  it('one runs while a page is read, and none while it is hidden', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage('text') });
    const page = await device.newPage();
    const timers = await countTimers(page);
    const id = await enter(page, server.url);
    await until(async () => (await server.session(id)).spans.length === 1);
    await until(async () => (await timers()) === 1);

    const cover = await device.newPage();
    await cover.bringToFront();

    await until(async () => (await timers()) === 0);
    await page.bringToFront();
    await until(async () => (await timers()) === 1);
  });

  it('none runs while the reader is gone', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage('text', 'tick="200" idle-after="1500"') });
    const page = await device.newPage();
    const timers = await countTimers(page);
    const id = await enter(page, server.url);
    // How much is read before the reader counts as gone depends on how long the page took to load after the gate's click.
    await until(async () => ((await server.session(id)).readingTimeMs ?? 0) > 0);
    await until(async () => (await timers()) === 0);
    await page.mouse.move(50, 50);
    await until(async () => (await timers()) === 1);
  });

  it('one more asks again while a delivery has failed and the page can be seen', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage('text', 'tick="200" idle-after="1000"') });
    const page = await device.newPage();
    const timers = await countTimers(page);
    const id = await enter(page, server.url);
    await until(async () => ((await server.session(id)).readingTimeMs ?? 0) > 0);
    await until(async () => (await timers()) === 0);

    await server.stop();
    await page.mouse.move(50, 50);
    await until(async () => Number((await readQueue(page))[0]?.['attempts']) >= 3);
    await until(async () => (await timers()) === 1);
    const cover = await device.newPage();
    await cover.bringToFront();
    await until(async () => (await timers()) === 0);
    await page.bringToFront();
    await until(async () => (await timers()) === 1);

    await server.start();
    await until(async () => (await readQueue(page)).length === 0);
    await until(async () => (await timers()) === 0);
  });
});
