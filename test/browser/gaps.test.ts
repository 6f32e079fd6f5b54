// What looks like sleep in a page's life and isn't: a dialog that holds the page up, a clock that is set.
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { enter } from '../helpers/reader.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import { elapsed, until } from '../helpers/until.ts';

const DIALOG_MS = 18_000;
const HOUR_MS = 3_600_000;

describe.concurrent('the reader is there', () => {
  it('behind a dialog of more than 15 s', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage('text') });
    const page = await device.newPage();
    page.on('dialog', (dialog) => void elapsed(DIALOG_MS).then(() => dialog.accept()));
    const id = await enter(page, server.url);
    await until(async () => (await server.session(id)).spans.length === 1);
    const openedAt = Date.now();
    // Not in the test's own turn, which the browser does not take for a task of the page.
    await page.evaluate(() => new Promise((resolve) => setTimeout(() => resolve(alert('Read on')))));
    const closedAt = Date.now();

    await until(async () => ((await server.session(id)).readingTimeMs ?? 0) >= closedAt - openedAt);
    await page.close();
  });

  it.for([2 * HOUR_MS, -2 * HOUR_MS, 24 * HOUR_MS, -24 * HOUR_MS])(
    'when the clock is set by %d ms in mid-reading, and does not touch anything',
    async (set, { serve, device }) => {
      const server = await serve({ [READ]: readPage('text', 'tick="250" interval="1000"') });
      const page = await device.newPage();
      const id = await enter(page, server.url);
      await until(async () => ((await server.session(id)).readingTimeMs ?? 0) > 2_000);
      await page.evaluate((ms) => {
        const { now } = Date;
        Date.now = () => now() + ms;
      }, set);
      const setAt = Date.now();
      const before = await server.session(id);

      const { readingTimeMs } = await until(async () => {
        const session = await server.session(id);
        return (session.readingTimeMs ?? 0) > (before.readingTimeMs ?? 0) + 3_000 && session;
      });
      expect(readingTimeMs).toBeLessThan((before.readingTimeMs ?? 0) + Date.now() - setAt + 2_000);
      await page.close();
    },
  );
});
