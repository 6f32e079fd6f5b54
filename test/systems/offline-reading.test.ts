// The portfolio read without a network in Firefox and WebKit. test/browser/offline-reading.test.ts is Chromium's, and more.
import { expect, test } from 'vitest';
import type { Device, Tab } from '../helpers/engines/engine.ts';
import { openFirefox } from '../helpers/engines/puppeteer-device.ts';
import { openWebKit } from '../helpers/engines/webkit-device.ts';
import { CASE_STUDY } from '../helpers/reader.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { elapsed, until } from '../helpers/until.ts';

const SECOND_STUDY = '/portfolio/confidential/four-minutes/';
const UNOPENED = '/portfolio/confidential/day-nine/';
const READ_MS = 4_000;
const NEAR_MS = 1_000;
/** Firefox loses a cookie that is younger when it is killed. */
const COOKIE_KEPT_MS = 5_000;

const KEPT = `(async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const { url } of await (await caches.open(name)).keys())
      if (url.includes('/confidential/')) found.push(new URL(url).pathname);
  return found;
})()`;
const TITLE = `document.querySelector('h1').textContent`;

async function readOnline(tab: Tab, url: string, page: string): Promise<void> {
  await tab.goto(url + page);
  await until(async () => (await tab.evaluate<string[]>(KEPT)).includes(page));
  await until(() => tab.evaluate('navigator.serviceWorker.controller !== null'));
}

test.each([
  ['Firefox', openFirefox],
  ['WebKit', openWebKit],
])('in %s what was opened is read offline, each page to the second', async (_, open: () => Promise<Device>) => {
  const server = await StillhereServer.start();
  const device = await open();
  try {
    let tab = await device.open('window');
    await tab.goto(server.url);
    await tab.evaluate('navigator.serviceWorker.ready.then(() => true)');
    const id = await tab.evaluate<string>(`fetch('/api/verify-temp-access', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"email":"ann@example.com"}',
    }).then(() => document.cookie.match(/session_record_id=([^;]+)/)[1])`);
    // A page that is left before its first paint is not read.
    const hasPages = (count: number) => until(async () => (await server.session(id)).pages.length === count);
    await readOnline(tab, server.url, CASE_STUDY);
    await hasPages(1);
    await readOnline(tab, server.url, SECOND_STUDY);
    await hasPages(2);
    await tab.goto(server.url);
    const before = await until(async () => {
      const found = await server.session(id);
      return found.pages.length === 2 && found;
    });
    await server.stop();
    // The app is started anew. WebKit's driver keeps nothing of a browser that has ended: there it is another window.
    if (device.abilities.includes('kill')) {
      await elapsed(COOKIE_KEPT_MS);
      await device.kill();
      await device.reopen();
    } else await tab.close();

    tab = await device.open('window');
    await tab.goto(server.url + CASE_STUDY);
    await until(async () => (await tab.evaluate(TITLE)) === 'Handing over the night');
    const began = Date.now();
    await elapsed(READ_MS);
    await tab.goto(server.url + SECOND_STUDY);
    const turned = Date.now();
    await elapsed(READ_MS);
    await tab.goto(server.url + UNOPENED);
    const ended = Date.now();
    expect(await tab.evaluate(TITLE)).toBe('No line out here.');
    await tab.close();

    await server.start();
    const home = await device.open('window');
    await home.goto(server.url);
    const after = await until(async () => {
      const found = await server.session(id);
      return Math.abs(Date.parse(found.sessionEndTime ?? '') - ended) < NEAR_MS && found;
    });
    const grown = (path: string): number => {
      const of = ({ pages }: typeof after): number => pages.find(({ page }) => page === path)?.readingTimeMs ?? 0;
      return of(after) - of(before);
    };
    expect(Math.abs(grown(CASE_STUDY) - (turned - began))).toBeLessThan(NEAR_MS);
    expect(Math.abs(grown(SECOND_STUDY) - (ended - turned))).toBeLessThan(NEAR_MS);
  } finally {
    await device.close();
    await server.stop();
  }
});
