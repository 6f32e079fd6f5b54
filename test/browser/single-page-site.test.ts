// A site whose pages are one document: each page has its own time, with a Navigation API (Chromium) and without (WebKitGTK).
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { enter } from '../helpers/reader.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import { elapsed, until } from '../helpers/until.ts';

const STAY_MS = 1_500;
// Longer than this test: what is noticed is noticed by the event, not at the next tick.
const ATTRIBUTES = 'tick="60000"';

const ENGINES: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
  'with a Navigation API': async () => {},
  'without one': (page) =>
    page.evaluateOnNewDocument(() => Object.defineProperty(window, 'navigation', { value: undefined })),
};

describe.concurrent('in a single-page site', () => {
  it.for(Object.entries(ENGINES))('%s each page has its own time', async ([, prepare], { serve, device }) => {
    const server = await serve({ [READ]: readPage('text', ATTRIBUTES) });
    const page = await device.newPage();
    await prepare(page);
    const id = await enter(page, server.url);
    const stay = async (path: string, move: () => Promise<unknown>): Promise<void> => {
      await move();
      await until(async () => (await server.session(id)).spans.at(-1)?.page === path);
      await elapsed(STAY_MS);
    };
    await stay('/read/', async () => {});
    await stay('/read/two', () => page.evaluate(() => history.pushState(null, '', '/read/two?token=secret')));
    // The same page: other parts of it, and another query.
    await page.evaluate(() => (location.hash = 'part'));
    await page.evaluate(() => history.replaceState(null, '', '/read/two?token=other#part'));
    await stay('/read/three', () => page.evaluate(() => history.replaceState(null, '', '/read/three')));
    await stay('/read/two', () => page.evaluate(() => history.back()));
    await page.goto('about:blank');

    const { spans } = await until(async () => {
      const session = await server.session(id);
      return (
        Date.parse(session.sessionEndTime ?? '') - Date.parse(session.spans.at(-1)?.start ?? '') > STAY_MS && session
      );
    });
    expect(spans.map((span) => span.page)).toEqual(['/read/', '/read/two', '/read/three', '/read/two']);
    for (const [nth, span] of spans.entries()) {
      const next = spans[nth + 1];
      const joint = next ? Date.parse(next.start) - Date.parse(span.end) : 0;
      expect(joint).toBeGreaterThanOrEqual(0);
      expect(joint).toBeLessThan(100);
    }
  });

  it('our wrapper around pushState goes when the heartbeat goes', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage('text', ATTRIBUTES) });
    const page = await device.newPage();
    await page.evaluateOnNewDocument(() => Object.defineProperty(window, 'navigation', { value: undefined }));
    await enter(page, server.url);
    const isNative = (): Promise<boolean> => page.evaluate(() => history.pushState === History.prototype.pushState);
    await until(async () => !(await isNative()));

    await page.$eval('session-heartbeat', (element) => element.remove());

    expect(await isNative()).toBe(true);
  });

  it('pageFrom names the pages', async ({ serve, device }) => {
    const script = `<script type="module">
      import { startHeartbeat } from '/stillhere.js';
      startHeartbeat({ pageFrom: ({ pathname, hash }) => pathname + hash });
    </script>`;
    const server = await serve({ [READ]: `<!doctype html><title>A page</title>${script}` });
    const page = await device.newPage();
    const id = await enter(page, server.url);
    await until(async () => (await server.session(id)).spans.length === 1);
    await page.evaluate(() => (location.hash = '/overview'));

    await until(async () => (await server.session(id)).currentPage === '/read/#/overview');
  });
});
