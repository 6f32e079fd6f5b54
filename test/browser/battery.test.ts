// What the page costs while nobody reads: no timer runs.
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { passGate } from '../helpers/reader.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import { until } from '../helpers/until.ts';

/** Counts the timers that run in the page. */
async function countTimers(page: Page): Promise<() => Promise<number>> {
  await page.evaluateOnNewDocument(() => {
    const running = new Set<unknown>();
    Object.assign(window, { running });
    const { setTimeout: timeout, setInterval: interval, clearTimeout: endTimeout, clearInterval: endInterval } = window;
    Object.assign(window, {
      setTimeout: (work: () => void, ms?: number, ...rest: unknown[]) => {
        const id: unknown = timeout(() => {
          running.delete(id);
          (work as (...all: unknown[]) => void)(...rest);
        }, ms);
        running.add(id);
        return id;
      },
      setInterval: (...all: Parameters<typeof interval>) => {
        const id = interval(...all);
        running.add(id);
        return id;
      },
      clearTimeout: (id: number) => {
        running.delete(id);
        endTimeout(id);
      },
      clearInterval: (id: number) => {
        running.delete(id);
        endInterval(id);
      },
    });
  });
  return () => page.evaluate(() => (window as unknown as { running: Set<unknown> }).running.size);
}

describe.concurrent('timers', () => {
  it('one runs while a page is read, and none while it is hidden', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage('text') });
    const page = await device.newPage();
    const timers = await countTimers(page);
    const id = await passGate(page, server.url, 'ann@example.com', READ);
    await until(async () => (await server.session(id)).spans.length === 1);
    await until(async () => (await timers()) === 1);

    const cover = await device.newPage();
    await cover.bringToFront();

    expect(await timers()).toBe(0);
    await page.bringToFront();
    await until(async () => (await timers()) === 1);
  });

  it('none runs while the reader is gone', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage('text', 'tick="200" idle-after="1500"') });
    const page = await device.newPage();
    const timers = await countTimers(page);
    const id = await passGate(page, server.url, 'ann@example.com', READ);
    await until(async () => (await server.session(id)).readingTimeMs > 1_400);
    await until(async () => (await timers()) === 0);
    await page.mouse.move(50, 50);
    await until(async () => (await timers()) === 1);
  });
});
