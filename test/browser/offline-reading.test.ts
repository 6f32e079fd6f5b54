// The portfolio read without a network: what was opened before is there, counts as reading, and is gone when access is.
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { readLoadTimes, type LoadTimes } from '../helpers/host-page.ts';
import { CASE_STUDY, forgetDevice, passGate } from '../helpers/reader.ts';
import { startShortAccess } from '../helpers/short-access.ts';
import { elapsed, until } from '../helpers/until.ts';

const SECOND_STUDY = '/portfolio/confidential/four-minutes/';
const UNOPENED = '/portfolio/confidential/day-nine/';
const READ_MS = 3_000;
const NEAR_MS = 1_000;

/** Everything that any cache of the site holds from behind the gate, as a person at the console would look for it. */
async function confidential(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const found: string[] = [];
    for (const name of await caches.keys())
      for (const { url } of await (await caches.open(name)).keys())
        if (url.includes('/confidential/')) found.push(new URL(url).pathname);
    return found;
  });
}

async function untilKept(page: Page, path: string): Promise<void> {
  await until(async () => (await confidential(page)).includes(path));
}

async function untilReadyOffline(page: Page): Promise<void> {
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
}

const title = (page: Page): Promise<string> => page.evaluate(() => document.querySelector('h1')?.textContent ?? '');

/** A page that could only have come from behind the gate was seen, if for a moment. */
async function watchForConfidential(page: Page): Promise<() => boolean> {
  let wasSeen = false;
  await page.exposeFunction('tellTitle', (text: string) => (wasSeen ||= text.includes('Handing over')));
  await page.evaluateOnNewDocument(() => {
    addEventListener('DOMContentLoaded', () =>
      (window as unknown as { tellTitle(text: string): void }).tellTitle(document.title),
    );
  });
  return () => wasSeen;
}

/** Reading begins when the page's scripts run, and ends while the next page is loaded. */
function expectStay(readMs: number, page: LoadTimes, next: LoadTimes): void {
  expect(readMs).toBeGreaterThan(next.beganAt - page.readyAt - NEAR_MS);
  expect(readMs).toBeLessThan(next.readyAt - page.beganAt + NEAR_MS);
}

describe.concurrent('without a network', () => {
  it('what was opened is read, each page to the second, and what was not says so', async ({
    portfolio: server,
    launchedDevice: device,
  }) => {
    const page = await device.newPage();
    const id = await passGate(page, server.url, 'ann@example.com');
    await untilKept(page, CASE_STUDY);
    await untilReadyOffline(page);
    await page.goto(server.url + SECOND_STUDY);
    await untilKept(page, SECOND_STUDY);
    await until(async () => (await server.session(id)).pages.length === 2);
    await page.close();
    await server.stop();
    await device.browser.close();
    await device.reopen();

    const app = await device.newPage();
    await app.goto(server.url + CASE_STUDY);
    const first = await readLoadTimes(app);
    expect(await title(app)).toBe('Handing over the night');
    expect(
      await app.evaluate(() =>
        [...document.images].every(
          ({ complete, naturalWidth, loading }) => loading === 'lazy' || (complete && naturalWidth > 0),
        ),
      ),
    ).toBe(true);
    await elapsed(READ_MS);
    await app.goto(server.url + SECOND_STUDY);
    const second = await readLoadTimes(app);
    await elapsed(READ_MS);
    await app.goto(server.url + UNOPENED);
    const unopened = await readLoadTimes(app);
    expect(await title(app)).toBe('No line out here.');
    const links = await until(async () => {
      const found = await app.$$eval('[data-offline-list] a', (all) => all.map((link) => link.textContent));
      return found.length === 3 && found;
    });
    expect(links).toEqual(['The first page', 'Will I make the connection?', 'Handing over the night']);
    await app.close();

    await server.start();
    const home = await device.newPage();
    await home.goto(server.url);
    const after = await until(async () => {
      const found = await server.session(id);
      const end = Date.parse(found.sessionEndTime ?? '');
      return end > unopened.beganAt - NEAR_MS && end < unopened.readyAt + NEAR_MS && found;
    });
    const offline = (path: string): number =>
      after.spans
        .filter((span) => span.page === path && Date.parse(span.start) > first.beganAt - NEAR_MS)
        .reduce((sum, { start, end }) => sum + Date.parse(end) - Date.parse(start), 0);
    expectStay(offline(CASE_STUDY), first, second);
    expectStay(offline(SECOND_STUDY), second, unopened);
    expect(after.spans.filter(({ page: read }) => read === UNOPENED)).toEqual([]);
  });

  it('nothing confidential is left after "Forget this device", and what waits is said and sent', async ({
    portfolio: server,
    device,
  }) => {
    const page = await device.newPage();
    const id = await passGate(page, server.url, 'ann@example.com');
    await untilKept(page, CASE_STUDY);
    await untilReadyOffline(page);
    await until(async () => (await server.session(id)).spans.length === 1);
    await server.stop();
    await elapsed(READ_MS);
    const clickedAt = Date.now();
    await forgetDevice(page);
    const endedAt = Date.now();

    const farewell = await until(() => page.$eval('.farewell', (found) => found.textContent));
    expect(farewell).toContain('This device has forgotten you');
    expect(farewell).toContain('One reading waits for the network');
    expect(farewell).toContain('Maren Achterberg sees the address you enter');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
    expect(await confidential(page)).toEqual([]);
    expect(await page.evaluate(() => document.body.textContent)).not.toContain('twenty-eight patients');
    await page.goto(server.url + CASE_STUDY);
    expect(await title(page)).toBe('No line out here.');

    await server.start();
    await page.goto(server.url + CASE_STUDY);
    expect(page.url()).toContain('/access?next=');
    await until(async () => {
      const end = Date.parse((await server.session(id)).sessionEndTime ?? '');
      return end > clickedAt - NEAR_MS && end < endedAt + NEAR_MS;
    });
  });
});

/** The text at the upper edge of the window, below the bar. */
const textAtEdge = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const edge = document.querySelector('.bar')?.getBoundingClientRect().bottom ?? 0;
    const blocks = [...document.querySelectorAll('.prose > *')];
    return (
      blocks
        .find((block) => block.getBoundingClientRect().bottom > edge + 1)
        ?.textContent.trim()
        .slice(0, 60) ?? ''
    );
  });

async function readTo(page: Page, heading: string): Promise<void> {
  await page.evaluate(async (text) => {
    const found = [...document.querySelectorAll('h2')].find(({ textContent }) => textContent === text);
    const isDone = new Promise((resolve) => addEventListener('scrollend', resolve, { once: true }));
    found?.scrollIntoView({ behavior: 'instant' });
    await isDone;
  }, heading);
}

const readPlaces = (page: Page): Promise<string | null> =>
  page.evaluate(() => localStorage.getItem('stillhere-places'));

describe.concurrent("the reader's place in a text", () => {
  it('is kept when the tab is closed, in a window of any width, without a network', async ({
    portfolio: server,
    device,
  }) => {
    const page = await device.newPage();
    await page.setViewport({ width: 1280, height: 800 });
    await passGate(page, server.url, 'ann@example.com');
    await untilKept(page, CASE_STUDY);
    await untilReadyOffline(page);
    await readTo(page, 'The summary');
    const left = await textAtEdge(page);
    expect(await readPlaces(page)).not.toContain('ann@');
    await page.close();
    await server.stop();

    const phone = await device.newPage();
    await phone.setViewport({ width: 390, height: 844 });
    await phone.goto(server.url + CASE_STUDY);
    await until(async () => (await textAtEdge(phone)) === left);
    expect(await phone.$eval('.app-note', (note) => note.textContent)).toContain('Where you left off');
    await phone.locator('.app-note ::-p-text(To the beginning)').click();
    await until(() => phone.evaluate(() => scrollY === 0));
    // At the beginning there is no place to keep.
    await until(async () => !(await readPlaces(phone))?.includes(CASE_STUDY));
  });

  it('is not gone to where the address names another one, or the text was read to its end', async ({
    portfolio: server,
    device,
  }) => {
    const page = await device.newPage();
    await passGate(page, server.url, 'ann@example.com');
    await untilKept(page, CASE_STUDY);
    await readTo(page, 'The summary');
    await until(async () => (await readPlaces(page))?.includes(CASE_STUDY));
    await page.close();
    const named = await device.newPage();
    await named.goto(`${server.url}${CASE_STUDY}#content`);
    expect(await named.evaluate(() => scrollY < innerHeight)).toBe(true);
    await named.evaluate(() => scrollTo({ top: document.body.scrollHeight, behavior: 'instant' }));
    await until(async () => !(await readPlaces(named))?.includes(CASE_STUDY));
  });

  it('is gone when the device forgets the reader, and when the access ends', async ({ portfolio: server, device }) => {
    const page = await device.newPage();
    await passGate(page, server.url, 'ann@example.com');
    await untilKept(page, CASE_STUDY);
    await readTo(page, 'The summary');
    await until(() => readPlaces(page));
    await forgetDevice(page);
    await until(() => page.$('.farewell'));
    expect(await readPlaces(page)).toBeNull();
    // Nor is it written once more when the page is left.
    await page.goto(server.url);
    expect(await readPlaces(page)).toBeNull();

    const site = await startShortAccess(10_000);
    await passGate(page, site.url, 'ann@example.com');
    await untilKept(page, CASE_STUDY);
    await readTo(page, 'The summary');
    await until(() => readPlaces(page));
    await until(async () => (await readPlaces(page)) === null);
    await site.close();
  });
});

describe.concurrent('kept pages', () => {
  it('are gone when the access ends, with the page open and without a network', async ({ device }) => {
    const site = await startShortAccess(10_000);
    const page = await device.newPage();
    const askedAt = Date.now();
    await passGate(page, site.url, 'ann@example.com');
    const grantedAt = Date.now();
    await untilKept(page, CASE_STUDY);
    await untilReadyOffline(page);
    await site.close();

    await until(async () => (await confidential(page)).length === 0);
    expect(Date.now() - askedAt).toBeGreaterThan(8_000);
    expect(Date.now() - grantedAt).toBeLessThan(12_000);
    await page.goto(site.url + CASE_STUDY);
    expect(await title(page)).toBe('No line out here.');
  });

  it('are gone as soon as the server says that there is no access', async ({ portfolio: server, device }) => {
    const page = await device.newPage();
    await passGate(page, server.url, 'ann@example.com');
    await untilKept(page, CASE_STUDY);
    await untilReadyOffline(page);
    // The owner has changed the secret: every access is over. The readable cookie is still there.
    await page.deleteCookie({ name: 'stillhere_access', domain: 'localhost' });

    await page.goto(server.url + CASE_STUDY);
    await until(async () => (await confidential(page)).length === 0);
    await page.goto(server.url + CASE_STUDY);
    expect(page.url()).toContain('/access?next=');
  });

  it('are not shown to another reader of the device', async ({ portfolio: server, device }) => {
    const page = await device.newPage();
    await passGate(page, server.url, 'ann@example.com');
    await untilKept(page, CASE_STUDY);
    await untilReadyOffline(page);
    await page.deleteCookie({ name: 'stillhere_access', domain: 'localhost' });
    await page.deleteCookie({ name: 'session_record_id', domain: 'localhost' });
    await server.stop();
    const wasSeen = await watchForConfidential(page);

    await page.goto(server.url + CASE_STUDY);
    await until(async () => (await title(page)) === 'No line out here.');
    expect(await confidential(page)).toEqual([]);
    expect(wasSeen()).toBe(false);
  });

  it('are shown at once, and anew when the server has something newer', async ({ portfolio: server, device }) => {
    const page = await device.newPage();
    await passGate(page, server.url, 'ann@example.com');
    await untilKept(page, CASE_STUDY);
    await untilReadyOffline(page);
    await page.evaluate(async (path) => {
      const name = (await caches.keys()).find((one) => one.startsWith('stillhere-pages')) ?? '';
      const cache = await caches.open(name);
      const kept = await cache.match(path);
      await cache.put(path, new Response('<title>Old</title><h1>Old</h1>', { headers: kept?.headers ?? {} }));
    }, CASE_STUDY);

    await page.goto(server.url + CASE_STUDY);
    expect(await title(page)).toBe('Old');
    await until(async () => {
      await page.goto(server.url + CASE_STUDY);
      return (await title(page)) === 'Handing over the night';
    });
  });
});
