// What a real page's life comes to in the record.
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { enter } from '../helpers/reader.ts';
import { NEXT, READ } from '../helpers/reading-site.ts';
import { elapsed, until } from '../helpers/until.ts';

const HIDDEN_MS = 4_000;

describe.concurrent('in the record', () => {
  it('a hidden tab counts nothing, and coming back is a new span', async ({ server, device }) => {
    const page = await device.newPage();
    const id = await enter(page, server.url);
    // The new tab hides the page at once, and is told to the test only when it has started.
    const hiding = page.evaluate(
      () => new Promise<number>((resolve) => addEventListener('visibilitychange', () => resolve(Date.now()))),
    );
    await device.newPage();
    const hiddenAt = await hiding;
    await elapsed(HIDDEN_MS);
    await page.bringToFront();

    const [first, second] = await until(async () => {
      const { spans } = await server.session(id);
      return spans.length === 2 && spans;
    });
    expect(Math.abs(Date.parse(first?.end ?? '') - hiddenAt)).toBeLessThan(1_000);
    expect(Date.parse(second?.start ?? '') - Date.parse(first?.end ?? '')).toBeGreaterThan(HIDDEN_MS - 1_000);
  });

  it('each page has its own time, by navigation and in a single-page site', async ({ server, device }) => {
    const page = await device.newPage();
    const id = await enter(page, server.url);
    await until(async () => (await server.session(id)).spans.length === 1);
    await page.goto(server.url + NEXT);
    await until(async () => (await server.session(id)).spans.length === 2);
    await page.evaluate((path) => history.pushState(null, '', path), `${NEXT}appendix?secret=1#part`);

    const session = await until(async () => {
      const found = await server.session(id);
      return found.spans.length === 3 && found;
    });
    expect(session.spans.map((span) => span.page)).toEqual([READ, NEXT, `${NEXT}appendix`]);
    expect(session.currentPage).toBe(`${NEXT}appendix`);
  });

  it('two tabs read side by side count once', async ({ server, browser, device }) => {
    const page = await device.newPage();
    const id = await enter(page, server.url);
    // In a window of its own, so that both are visible.
    const devtools = await browser.target().createCDPSession();
    await devtools.send('Target.createTarget', {
      url: server.url + READ,
      newWindow: true,
      browserContextId: device.context.id ?? '',
    });
    const tabs = await until(async () => {
      const all = await device.context.pages();
      return all.length === 2 && all;
    });
    for (const tab of tabs)
      await until(() => tab.evaluate("document.querySelector('session-heartbeat')?.heartbeat?.status().isReading"));
    await elapsed(HIDDEN_MS);
    await Promise.all(tabs.map((tab) => tab.close()));

    const session = await until(async () => {
      const found = await server.session(id);
      return (
        found.spans.filter(({ start, end }) => Date.parse(end) - Date.parse(start) > HIDDEN_MS / 2).length === 2 &&
        found
      );
    });
    expect(session.readingTimeMs).toBeLessThanOrEqual(session.durationMs);
  });
});
