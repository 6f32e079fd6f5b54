// We don't keep a page out of the back/forward cache, in which it counts nothing. Firefox: test/systems/firefox.test.ts.
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { enter } from '../helpers/reader.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import { elapsed, until } from '../helpers/until.ts';

const AWAY_MS = 3_000;
const SITE = { [READ]: readPage('text'), '/elsewhere/': '<p>Elsewhere' };

const TRIES = 3;

/** The browser gives no reason of the page's: on a busy machine, putting it away takes longer than Chromium waits for. */
class PutAwayTooSlowly extends Error {}

/** Fails if the page that is shown is not the one that was left, unless nothing in it was the reason. */
async function expectKept(page: Page): Promise<void> {
  const kept = await page.evaluate(() => ({
    isSame: 'mark' in window,
    // Printed by itself, the browser's object looks empty.
    reasons: JSON.parse(
      JSON.stringify(
        (performance.getEntriesByType('navigation')[0] as { notRestoredReasons?: unknown }).notRestoredReasons ?? null,
      ),
    ) as { readonly reasons: readonly { readonly reason: string }[] } | null,
  }));
  if (kept.reasons?.reasons.every(({ reason }) => reason === 'masked')) throw new PutAwayTooSlowly();
  expect(kept).toEqual({ isSame: true, reasons: null });
}

/** Visits again where Chromium was too slow. A page of ours that can't be kept fails each time. */
async function visitUntilKept(visit: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++)
    try {
      await visit();
      return;
    } catch (error) {
      if (!(error instanceof PutAwayTooSlowly) || tries === TRIES) throw error;
    }
}

describe.concurrent('the back/forward cache', () => {
  it('takes a page that is read, gives it back, and what lies between counts nothing', async ({ serve, device }) => {
    const server = await serve(SITE);
    await visitUntilKept(async () => {
      const page = await device.newPage();
      const id = await enter(page, server.url);
      await page.evaluate(() => {
        Object.assign(window, { mark: true });
        addEventListener('pageshow', ({ persisted }) => persisted && Object.assign(window, { backAt: Date.now() }));
      });
      await until(async () => (await server.session(id)).spans.length === 1);
      // A worker that is new takes over all pages, and a page in the cache that is taken over falls out of it.
      await page.waitForFunction(() => navigator.serviceWorker.controller);
      const leftAt = Date.now();
      await page.goto(`${server.url}/elsewhere/`);
      const awayAt = Date.now();
      await elapsed(AWAY_MS);
      const backAt = Date.now();
      await page.goBack();

      await expectKept(page);
      // By the page's clock: on a busy machine the test may come to know of it earlier or later.
      const isBackAt = await until(() => page.evaluate(() => (window as { backAt?: number }).backAt));
      const [first, second] = await until(async () => {
        const { spans } = await server.session(id);
        return spans.length === 2 && spans;
      });
      const [end, start] = [Date.parse(first?.end ?? ''), Date.parse(second?.start ?? '')];
      expect(end).toBeGreaterThan(leftAt - 500);
      expect(end).toBeLessThan(awayAt + 500);
      expect(start).toBeGreaterThan(backAt - 500);
      expect(start).toBeLessThan(isBackAt + 500);
    });
  });

  it('takes it, too, while the server owes an answer, and after it came into the cached page', async ({
    proxy,
    device,
  }) => {
    await visitUntilKept(async () => {
      const page = await device.newPage();
      proxy.seen.splice(0);
      proxy.fault = 'held';
      await enter(page, proxy.url);
      await page.evaluate(() => Object.assign(window, { mark: true }));
      await until(() => proxy.seen.length > 0);
      await page.waitForFunction(() => navigator.serviceWorker.controller);
      await page.goto(proxy.url);
      proxy.fault = 'none';
      proxy.release();
      await until(() => proxy.seen.some(({ fault }) => fault === 'none'));
      await elapsed(AWAY_MS);
      await page.goBack();

      await expectKept(page);
    });
  });

  it('a frozen tab counts nothing, and goes on when it thaws', async ({ serve, device }) => {
    const server = await serve(SITE);
    const page = await device.newPage();
    const id = await enter(page, server.url);
    await until(async () => (await server.session(id)).spans.length === 1);
    const cover = await device.newPage();
    await cover.bringToFront();
    const frozenAt = Date.now();
    const devtools = await page.createCDPSession();
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await elapsed(AWAY_MS);
    await devtools.send('Page.setWebLifecycleState', { state: 'active' });
    const thawedAt = Date.now();
    await page.bringToFront();

    const [first, second] = await until(async () => {
      const { spans } = await server.session(id);
      return spans.length === 2 && spans;
    });
    expect(Date.parse(first?.end ?? '')).toBeLessThan(frozenAt + 500);
    expect(Date.parse(second?.start ?? '')).toBeGreaterThanOrEqual(thawedAt - 50);
  });
});
