// How a reader gets from one document to the next: prerendered, or with a view transition between them.
import puppeteer, { type Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { readLoadTimes } from '../helpers/host-page.ts';
import { enter } from '../helpers/reader.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import { elapsed, until } from '../helpers/until.ts';

const NEXT = '/read/next/';

/** Where the document stands in time, as its own clock says, epoch milliseconds. */
async function readTimes(page: Page): Promise<{ madeAt: number; activatedAt: number }> {
  return page.evaluate(() => {
    const [entry] = performance.getEntriesByType('navigation') as { activationStart?: number }[];
    const { timeOrigin } = performance;
    return { madeAt: timeOrigin, activatedAt: timeOrigin + (entry?.activationStart ?? 0) };
  });
}

describe.concurrent('the next document', () => {
  it('is read from its activation on, if it was prerendered', async ({ serve, launchedDevice: device }) => {
    // By itself: Chromium prerenders nothing while a debugger is attached (PrerenderingDisabledByDevTools).
    const script = `<script>
      if (location.hash === '#go') setTimeout(() => {
        const rules = document.createElement('script');
        rules.type = 'speculationrules';
        rules.textContent = JSON.stringify({ prerender: [{ urls: ['${NEXT}'], eagerness: 'immediate' }] });
        document.head.append(rules);
        setTimeout(() => location.assign('${NEXT}'), 4000);
      }, 1500);
    </script>`;
    const server = await serve({ [READ]: readPage(script), [NEXT]: readPage('text') });
    const page = await device.newPage();
    const id = await enter(page, server.url);
    await page.evaluate(() => {
      location.hash = '#go';
      location.reload();
    });
    const browserWSEndpoint = device.browser.wsEndpoint();
    await device.browser.disconnect();
    // Not currentPage: the page before hears that it is hidden some milliseconds after this one is activated.
    await until(async () => (await server.session(id)).spans.some((span) => span.page === NEXT));
    device.use(await puppeteer.connect({ browserWSEndpoint }));

    const [shown] = await until(async () => {
      const pages = (await device.context.pages()).filter((one) => one.url().endsWith(NEXT));
      return pages.length > 0 && pages;
    });
    const { madeAt, activatedAt } = await until(() => shown && readTimes(shown));
    expect(activatedAt - madeAt).toBeGreaterThan(2_000);
    const { spans } = await server.session(id);
    const next = spans.filter((span) => span.page === NEXT);
    expect(next).toHaveLength(1);
    expect(Math.abs(Date.parse(next[0]?.start ?? '') - activatedAt)).toBeLessThan(500);
  });

  it('with a view transition follows without an overlap, and without a gap that a reader would notice', async ({
    serve,
    device,
  }) => {
    const style = '<style>@view-transition { navigation: auto }</style>';
    const server = await serve({
      [READ]: readPage(`<a id="next" href="${NEXT}">Next</a>`, undefined, style),
      [NEXT]: readPage('text', undefined, style),
    });
    const page = await device.newPage();
    await page.evaluateOnNewDocument(() =>
      addEventListener('pagereveal', (event) =>
        Object.assign(window, {
          revealed: (event as { viewTransition?: unknown }).viewTransition ? 'with a transition' : 'without one',
        }),
      ),
    );
    const id = await enter(page, server.url);
    await until(async () => (await server.session(id)).spans.length === 1);
    await elapsed(1_500);
    await Promise.all([page.waitForNavigation(), page.click('#next')]);
    const { beganAt, readyAt } = await readLoadTimes(page);
    // A page is revealed with its first frame, which may come after it is loaded.
    const readRevealed = (): Promise<string | undefined> =>
      page.evaluate(() => (window as { revealed?: string }).revealed);
    expect(await until(readRevealed)).toBe('with a transition');

    const [first, second] = await until(async () => {
      const { spans } = await server.session(id);
      return spans.length === 2 && spans;
    });
    expect([first?.page, second?.page]).toEqual([READ, NEXT]);
    const gap = Date.parse(second?.start ?? '') - Date.parse(first?.end ?? '');
    // The server's reckoning of the device's clock may have got better by some milliseconds in between.
    expect(gap).toBeGreaterThan(-100);
    // Nothing is read while the page loads, which takes as long as the machine is busy.
    expect(gap).toBeLessThan(readyAt - beganAt + 400);
  });
});
