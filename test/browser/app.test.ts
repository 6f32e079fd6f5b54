// The portfolio as an app: installable by the browser's own rules, usable by everyone, and no larger than it must be.
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { findBarriers } from '../helpers/find-barriers.ts';
import { findMisfits } from '../helpers/find-misfits.ts';
import { CASE_STUDY, passGate } from '../helpers/reader.ts';
import { until } from '../helpers/until.ts';

const MOST_BYTES = 60_000;
const PAGES = [
  '/',
  '/offline.html',
  '/not-there/',
  '/portfolio/confidential/',
  '/portfolio/confidential/four-minutes/',
  '/portfolio/confidential/night-handover/',
  '/portfolio/confidential/day-nine/',
];

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };

/** Where the texts are, on the screen. */
const placesOfTexts = (page: Page): Promise<number[]> =>
  page.$$eval('h1, .prose > *', (all) => all.map((block) => block.getBoundingClientRect().top));

const textOfNote = (page: Page): Promise<string> => page.$eval('.app-note', (note) => note.textContent);

/**
 * Runs in the page. One that Chromium only pretends to be offline begins online on a busy machine, and may be told so once more:
 * it stays offline until the test sets `isCut` to false.
 */
function beginOffline(): void {
  const state = Object.assign(window, { isCut: true });
  addEventListener('online', (event) => state.isCut && event.stopImmediatePropagation());
  const inherited = Object.getOwnPropertyDescriptor(Navigator.prototype, 'onLine');
  Object.defineProperty(navigator, 'onLine', {
    get: () => !state.isCut && (inherited?.get?.call(navigator) as boolean),
  });
}

describe.concurrent('the portfolio', () => {
  it('can be installed', async ({ portfolio: server, launchedDevice: device }) => {
    const page = await device.newPage();
    await page.goto(server.url);
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    const devtools = await page.createCDPSession();

    expect((await devtools.send('Page.getInstallabilityErrors')).installabilityErrors).toEqual([]);
    const { errors, data = '{}' } = await devtools.send('Page.getAppManifest');
    expect(errors).toEqual([]);
    const manifest = JSON.parse(data) as Record<'icons' | 'screenshots', { src: string; sizes: string }[]>;
    for (const { src, sizes } of [...manifest.icons, ...manifest.screenshots]) {
      const size = await page.evaluate(async (url) => {
        const image = new Image();
        image.src = url;
        await image.decode();
        return `${image.naturalWidth}x${image.naturalHeight}`;
      }, src);
      if (sizes !== 'any') expect([src, size]).toEqual([src, sizes]);
    }
  });

  it('has no barriers on any page', async ({ portfolio: server, device }) => {
    const page = await device.newPage();
    await page.goto(`${server.url}/access`);
    expect(await findBarriers(page)).toEqual([]);
    await passGate(page, server.url, 'ann@example.com');
    for (const path of PAGES) {
      await page.goto(server.url + path);
      expect([path, await findBarriers(page)]).toEqual([path, []]);
    }
    await page.goto(server.url);
    await page.setOfflineMode(true);
    await until(() => page.$eval('.app-note', (note) => note.textContent));
    expect(await findBarriers(page)).toEqual([]);
  });

  it('has a gate of its own, which names the owner and leads back', async ({ portfolio: server, device }) => {
    const page = await device.newPage();
    const failed: string[] = [];
    page.on('requestfailed', (request) => failed.push(request.url()));
    page.on('console', (message) => message.type() === 'error' && failed.push(message.text()));
    await page.goto(server.url);
    await Promise.all([page.waitForNavigation(), page.click('.call .button')]);
    expect(await page.$eval('small', (notice) => notice.textContent)).toMatch(/^Maren Achterberg sees the address/);
    expect(await page.$eval('body', (body) => body.innerHTML)).not.toContain('{{');
    expect(await page.$eval('.brand', (brand) => getComputedStyle(brand).fontSize)).toBe('19px');
    await Promise.all([page.waitForNavigation(), page.click('.stillhere-back')]);
    expect(page.url()).toBe(`${server.url}/`);
    expect(failed).toEqual([]);
    expect((await fetch(`${server.url}/gate.html`)).status).toBe(404);
  });

  it.for(Object.entries(SIZES))(
    'shows a note that moves and covers nothing, until it is closed: %s',
    async ([, size], { portfolio: server, device }) => {
      const page = await device.newPage();
      await page.setViewport(size);
      await passGate(page, server.url, 'ann@example.com');
      await page.evaluate(async () => void (await navigator.serviceWorker.ready));
      await page.evaluate(() => scrollTo({ top: 1_000, behavior: 'instant' }));
      const before = await placesOfTexts(page);
      await page.setOfflineMode(true);
      await until(async () => (await textOfNote(page)).includes('Offline. What you read is saved.'));
      expect(await placesOfTexts(page)).toEqual(before);
      const isInBar = await page.evaluate(() => {
        const [note, bar] = ['.app-note', '.bar'].map((one) => document.querySelector(one)?.getBoundingClientRect());
        return note && bar && note.height > 0 && note.top >= bar.top && note.bottom <= bar.bottom && bar.top === 0;
      });
      expect(isInBar).toBe(true);

      await page.locator('.app-note .close').click();
      expect(await textOfNote(page)).toBe('');
      await page.evaluateOnNewDocument(beginOffline);
      await page.reload();
      expect(await page.evaluate(() => navigator.onLine)).toBe(false);
      expect(await textOfNote(page)).toBe('');
      await page.evaluate(() => Object.assign(window, { isCut: false }));
      await page.setOfflineMode(false);
      await until(() => page.evaluate(() => navigator.onLine));
      await page.setOfflineMode(true);
      await until(() => textOfNote(page));
    },
  );

  it('asks before it forgets the device, by keyboard and without a network', async ({ portfolio: server, device }) => {
    const page = await device.newPage();
    const id = await passGate(page, server.url, 'ann@example.com');
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await page.setOfflineMode(true);
    await page.waitForSelector('[data-forget]:not([hidden])');
    await page.focus('[data-forget]');
    await page.keyboard.press('Enter');
    const asked = await page.$eval('dialog[open]', (dialog) => dialog.textContent);
    expect(asked).toContain('Deleted here: your access, the pages kept for reading offline, and your place in them.');
    expect(asked).toContain('What was recorded stays. Maren Achterberg sees the address you enter');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Cancel');
    expect(await findBarriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await page.$('dialog')).toBeNull();
    expect(await page.evaluate(() => document.activeElement?.matches('[data-forget]'))).toBe(true);
    expect(await page.evaluate(() => document.cookie)).toContain(id);

    await page.keyboard.press('Enter');
    await page.keyboard.down('Shift');
    await page.keyboard.press('Tab');
    await page.keyboard.up('Shift');
    await page.keyboard.press('Enter');
    await until(() => page.$('.farewell'));
    expect(await page.evaluate(() => document.cookie)).not.toContain(id);
    expect(await findBarriers(page)).toEqual([]);
  });

  it('speaks German for itself, and English in its texts', async ({ portfolio: server, device }) => {
    const page = await device.newPage();
    await page.setExtraHTTPHeaders({ 'accept-language': 'de' });
    await page.evaluateOnNewDocument(() =>
      Object.defineProperty(navigator, 'languages', { value: ['de-AT', 'en'], configurable: true }),
    );
    await page.goto(server.url + CASE_STUDY);
    expect(await page.$eval('small', (notice) => notice.textContent)).toMatch(/^Maren Achterberg sieht die Adresse/);
    expect(await findBarriers(page)).toEqual([]);
    await passGate(page, server.url, 'ann@example.com');
    expect(await page.$eval('.site-foot [lang=de]', (notice) => notice.textContent)).toMatch(
      /^Maren Achterberg sieht die Adresse/,
    );
    await page.locator('[data-forget]').click();
    expect(await page.$eval('dialog [lang=de]', (title) => title.textContent)).toBe('Dieses Gerät vergessen?');
    expect(await findMisfits(page)).toEqual([]);
    expect(await findBarriers(page)).toEqual([]);
  });

  it('needs no sideways scrolling at 200 % on a small screen', async ({ portfolio: server, device }) => {
    const page = await device.newPage();
    await passGate(page, server.url, 'ann@example.com');
    for (const path of PAGES) {
      await page.goto(server.url + path);
      expect([path, await findMisfits(page, [320])]).toEqual([path, []]);
    }
  });

  it('sends no more than it must for its first page', async ({ portfolio: server, device }) => {
    const page = await device.newPage();
    const urls = new Set<string>();
    page.on('request', (request) => {
      if (request.resourceType() !== 'image') urls.add(request.url());
    });
    await page.goto(server.url);
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    let bytes = 0;
    for (const url of urls)
      if (url.startsWith(server.url)) bytes += (await (await fetch(url)).arrayBuffer()).byteLength;
    expect(bytes).toBeLessThan(MOST_BYTES);
    expect(urls.size).toBeGreaterThan(3);
  });
});
