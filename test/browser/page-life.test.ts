// What a real page's life comes to in the record.
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { CASE_STUDY, passGate } from '../helpers/reader.ts';
import { until } from '../helpers/until.ts';

const OTHER_STUDY = '/portfolio/confidential/day-nine/';
const HIDDEN_MS = 4_000;

describe.concurrent('in the record', () => {
  it('a hidden tab counts nothing, and coming back is a new span', async ({ server, device }) => {
    const page = await device.newPage();
    const id = await passGate(page, server.url, 'ann@example.com');
    const cover = await device.newPage();
    const hiddenAt = Date.now();
    await cover.bringToFront();
    await until(() => Date.now() - hiddenAt > HIDDEN_MS);
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
    const id = await passGate(page, server.url, 'ann@example.com', CASE_STUDY);
    await until(async () => (await server.session(id)).spans.length === 1);
    await page.goto(server.url + OTHER_STUDY);
    await until(async () => (await server.session(id)).spans.length === 2);
    await page.evaluate(() => history.pushState(null, '', '/portfolio/confidential/day-nine/appendix?secret=1#part'));

    const session = await until(async () => {
      const found = await server.session(id);
      return found.spans.length === 3 && found;
    });
    expect(session.spans.map((span) => span.page)).toEqual([CASE_STUDY, OTHER_STUDY, `${OTHER_STUDY}appendix`]);
    expect(session.currentPage).toBe(`${OTHER_STUDY}appendix`);
  });

  it('two tabs read side by side count once', async ({ server, device }) => {
    const page = await device.newPage();
    const id = await passGate(page, server.url, 'ann@example.com');
    // In a window of its own, so that both are visible.
    const opening = new Promise<void>((resolve) => device.browser.once('targetcreated', () => resolve()));
    const devtools = await device.browser.target().createCDPSession();
    await devtools.send('Target.createTarget', { url: server.url + CASE_STUDY, newWindow: true });
    await opening;
    const beganAt = Date.now();
    await until(() => Date.now() - beganAt > HIDDEN_MS);
    await device.browser.pages().then((pages) => Promise.all(pages.slice(1).map((tab) => tab.close())));

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
