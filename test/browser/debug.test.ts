// With `debug` on: what a person may ask at the console, and what the Performance panel is given. Without: none of it.
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import type { ConsoleCommands } from '../../client/debug/console-commands.ts';
import { it } from '../helpers/browser-test.ts';
import { enter } from '../helpers/reader.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import { until } from '../helpers/until.ts';

type Host = Window & { stillhere?: ConsoleCommands };

async function isOpen(page: Page): Promise<boolean> {
  return page.evaluate(() => (window as Host).stillhere !== undefined);
}

/** Nothing but texts, numbers and truths in any field. */
function isFlat(row: object): boolean {
  return Object.values(row).every((value) => value === null || typeof value !== 'object');
}

describe.concurrent('debug', () => {
  it('the console tells the state and the queue in flat rows, and delivers', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage('text', 'tick="250" debug') });
    const page = await device.newPage();
    const id = await enter(page, server.url);
    await until(() => isOpen(page));

    const [row] = await until(async () => {
      const rows = await page.evaluate(() => (window as Host).stillhere?.queue());
      return rows?.length && rows;
    });
    expect(row).toMatchObject({ state: 'waiting', page: READ, session: id, attempts: 0, nextTry: 'next beat' });
    const delivered = await until(async () => {
      const outcome = await page.evaluate(() => (window as Host).stillhere?.deliver());
      return outcome?.['stored'] && outcome;
    });
    expect(delivered).toMatchObject({ refused: 0, retryInMs: 0 });
    const status = await until(async () => {
      const told = await page.evaluate(() => (window as Host).stillhere?.status());
      return told?.['worker'] === 'active' && told;
    });
    expect(status).toMatchObject({ isReading: true, hasSession: true, storage: 'stored', refused: 0 });
    expect([row, delivered, status].every((answer) => isFlat(answer ?? {}))).toBe(true);
  });

  it('the timeline has beats, deliveries and receipts on a track of their own', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage('text', 'tick="250" debug') });
    const page = await device.newPage();
    await enter(page, server.url);
    await until(() => isOpen(page));
    await page.evaluate(() => (window as Host).stillhere?.deliver());

    const drawn = await until(async () => {
      const entries = await page.evaluate(() =>
        performance
          .getEntries()
          .filter((entry) => entry instanceof PerformanceMark || entry instanceof PerformanceMeasure)
          .map(({ name, duration, detail }) => {
            const { devtools } = detail as { devtools: { track?: string; dataType: string } };
            return { name, duration, track: devtools.track, dataType: devtools.dataType };
          }),
      );
      return entries.some(({ name }) => name === 'stillhere: receipt') && entries;
    });
    const find = (name: string): object | undefined => drawn.findLast((entry) => entry.name === name);
    expect(find('stillhere: beat, start')).toMatchObject({ track: 'Stillhere', dataType: 'track-entry' });
    expect(find('stillhere: delivery')).toMatchObject({ track: 'Stillhere', dataType: 'track-entry' });
    expect(find('stillhere: receipt')).toMatchObject({ dataType: 'marker', duration: 0 });
  });

  it('without it there is neither', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage('text', 'tick="250"') });
    const page = await device.newPage();
    const id = await enter(page, server.url);
    await until(async () => (await server.session(id)).spans.length);
    // What would be drawn with it on.
    await page.$eval('session-heartbeat', (element) => element.heartbeat?.deliver());
    expect(await isOpen(page)).toBe(false);
    expect(await page.evaluate(() => performance.getEntriesByType('measure').length)).toBe(0);
  });
});
