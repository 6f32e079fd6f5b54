// The owner's pages in real Chromium: the login by a link, and a reader who arrives, reads, enters a tunnel and leaves, without a
// reload of the owner's page. Screenshots: set OWNER_PICTURES to a folder.
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { makeOwnerKey } from '../../server/owner/owner-key.ts';
import { openStore } from '../../server/store/open-store.ts';
import { fillMonth } from '../demo/month.ts';
import { it } from '../helpers/browser-test.ts';
import { findBarriers } from '../helpers/find-barriers.ts';
import { readPage, READ } from '../helpers/reading-site.ts';
import { enter } from '../helpers/reader.ts';
import type { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

const PICTURES = process.env['OWNER_PICTURES'];

/** What `stillhere owner-link` prints. */
async function makeLink({ storeUrl, url }: StillhereServer): Promise<string> {
  const store = await openStore(storeUrl);
  const code = await makeOwnerKey(store.ownerKeys, 'code', Date.now());
  await store.close();
  return `${url}/owner#${code}`;
}

/** The text of the owner's page. */
const textOf = (page: Page): Promise<string> =>
  page.evaluate(
    () => document.querySelector('stillhere-owner')?.shadowRoot?.textContent?.replaceAll(/\s+/g, ' ') ?? '',
  );

const shows = (page: Page, text: string): Promise<boolean> => until(async () => (await textOf(page)).includes(text));

describe.concurrent('the owner', () => {
  it('sees a reader arrive, read, enter a tunnel and leave, without a reload', async ({
    serveFar,
    device,
    browser,
  }) => {
    const { server, proxy } = await serveFar({ [READ]: readPage('text', 'tick="250" interval="1000"') });
    const owner = await (await browser.createBrowserContext()).newPage();
    await owner.goto(await makeLink(server));
    await shows(owner, 'Nobody has passed the gate yet');
    expect(owner.url()).toBe(`${server.url}/owner`);

    const page = await device.newPage();
    const id = await enter(page, proxy.url);
    await shows(owner, 'One person is reading now');
    await shows(owner, 'ann@example.com');
    await owner.locator('stillhere-owner >>> a.card').click();
    await shows(owner, 'Reading now');
    expect(owner.url()).toBe(`${server.url}/owner/sessions/${(await server.session(id)).ref}`);

    await until(async () => (await server.session(id)).readingTimeMs > 1_000);
    await proxy.stop();
    const stoppedAt = await page.evaluate(() => performance.now());
    await until(async () => (await page.evaluate(() => performance.now())) > stoppedAt + 4_000);
    await proxy.reopen();
    await shows(owner, 'of it offline');
    await page.close();
    await shows(owner, 'when the page said goodbye');
    expect(await owner.evaluate(() => performance.getEntriesByType('navigation').length)).toBe(1);
  });

  it('has no barriers in any view, by keyboard, with a month of readers', async ({ server, browser }) => {
    const store = await openStore(server.storeUrl);
    await fillMonth(store, Date.now());
    await store.close();
    const page = await (await browser.createBrowserContext()).newPage();
    await page.goto(`${server.url}/owner`);
    await shows(page, 'This page is for the owner');
    const picture = (name: string): string | undefined => (PICTURES ? `${PICTURES}/${name}` : undefined);
    const look = async (view: string): Promise<void> => {
      for (const [name, width] of [
        ['phone', 390],
        ['desktop', 1_280],
      ] as const) {
        await page.setViewport({ width, height: 900 });
        expect(await findBarriers(page, picture(`${view}-${name}`))).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      }
    };
    expect(await findBarriers(page, picture('login'))).toEqual([]);

    await page.goto(await makeLink(server));
    await page.reload();
    await shows(page, '2 people are reading now');
    await look('sessions');
    await page.keyboard.press('Tab');
    for (let nth = 0; nth < 3; nth++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await shows(page, 'All sessions');
    await look('session');
    await page.goBack();
    await shows(page, '2 people are reading now');

    await page.locator('stillhere-owner >>> a[title^="friederike.brandt"]').click();
    await shows(page, 'of it offline');
    await page.setViewport({ width: 1_000, height: 800 });
    expect(await findBarriers(page, picture('tunnel'))).toEqual([]);
  });

  it('sees who arrives, where sessions change faster than the page loads them', async ({ serve, browser }) => {
    const server = await serve({ [READ]: readPage('text') }, { LIMIT_GATE: '0' });
    const arrive = (email: string): Promise<unknown> =>
      fetch(`${server.url}/api/verify-temp-access`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email }),
      });
    const page = await (await browser.createBrowserContext()).newPage();
    await page.goto(await makeLink(server));
    await shows(page, 'Nobody has passed the gate yet');
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      const isSlow = request.url().includes('/api/sessions');
      setTimeout(() => void request.continue(), isSlow ? 1_500 : 0);
    });
    const crowd = setInterval(() => void arrive('crowd@example.com'), 200);
    try {
      await arrive('ann@example.com');
      await shows(page, 'ann@example.com');
    } finally {
      clearInterval(crowd);
    }
  });

  it('sees that older sessions are not listed', async ({ serve, browser }) => {
    const server = await serve({ [READ]: readPage('text') });
    const store = await openStore(server.storeUrl);
    for (let nth = 0; nth < 101; nth++)
      await store.createSession({ id: `s${nth}`, email: 'ann@example.com', startMs: Date.now() });
    await store.close();
    const page = await (await browser.createBrowserContext()).newPage();
    await page.goto(await makeLink(server));
    await shows(page, 'These are the latest 100 sessions.');
  });

  it('is told when a link was used, and when the server is gone', async ({ serve, browser }) => {
    const server = await serve({ [READ]: readPage('text') });
    const page = await (await browser.createBrowserContext()).newPage();
    const link = await makeLink(server);
    await page.goto(link);
    await shows(page, 'Nobody is reading right now');
    const other = await (await browser.createBrowserContext()).newPage();
    await other.goto(link);
    await shows(other, 'This link has been used');
    expect(other.url()).toBe(`${server.url}/owner`);

    await server.stop();
    await shows(page, 'Trying again');
    await server.start();
    await until(async () => !(await textOf(page)).includes('Trying again'));
  });
});
