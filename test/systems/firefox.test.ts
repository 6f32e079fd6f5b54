// Page life in Firefox: the back/forward cache, hidden tabs, single-page sites.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FaultProxy } from '../helpers/fault-proxy.ts';
import { launchFirefox } from '../helpers/firefox.ts';
import { passGate } from '../helpers/reader.ts';
import { READ, readPage, startReadingSite } from '../helpers/reading-site.ts';
import type { StillhereServer } from '../helpers/stillhere-server.ts';
import { elapsed, until } from '../helpers/until.ts';

const AWAY_MS = 3_000;
const NEAR_MS = 750;

let profile: string;
let firefox: Browser;
let server: StillhereServer;
beforeAll(async () => {
  server = await startReadingSite({ [READ]: readPage('text', 'tick="60000"'), '/elsewhere/': '<p>Elsewhere' });
  profile = await mkdtemp(join(tmpdir(), 'stillhere-profile-'));
  firefox = await launchFirefox(profile);
});
afterAll(async () => {
  await firefox.close();
  await server.stop();
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
});

/** In a context of its own: with no cookie of another reader. */
async function newPage(): Promise<Page> {
  return (await firefox.createBrowserContext()).newPage();
}

it('the back/forward cache gives a page back, and what lies between counts nothing', async () => {
  const page = await newPage();
  const id = await passGate(page, server.url, 'ann@example.com', READ);
  await page.evaluate(() => Object.assign(window, { mark: true }));
  await until(async () => (await server.session(id)).spans.length === 1);
  const leftAt = Date.now();
  await page.goto(`${server.url}/elsewhere/`);
  await elapsed(AWAY_MS);
  const backAt = Date.now();
  // Not goBack(): it waits for a load that a page out of the cache doesn't have.
  await page.evaluate(() => history.back());

  expect(
    await until(() => page.evaluate(() => location.pathname === '/read/' && { isSame: 'mark' in window })),
  ).toEqual({
    isSame: true,
  });
  const [first, second] = await until(async () => {
    const { spans } = await server.session(id);
    return spans.length === 2 && Date.parse(spans[0]?.end ?? '') > Date.parse(spans[0]?.start ?? '') && spans;
  });
  expect(Math.abs(Date.parse(first?.end ?? '') - leftAt)).toBeLessThan(NEAR_MS);
  expect(Math.abs(Date.parse(second?.start ?? '') - backAt)).toBeLessThan(NEAR_MS);
  await page.close();
});

it('the back/forward cache keeps a page into which an answer comes late', async () => {
  const proxy = await FaultProxy.start(server.url);
  proxy.fault = 'held';
  const page = await newPage();
  await passGate(page, proxy.url, 'dee@example.com', READ);
  await page.evaluate(() => Object.assign(window, { mark: true }));
  await until(() => proxy.seen.length > 0);
  await page.goto(`${proxy.url}/elsewhere/`);
  proxy.fault = 'none';
  proxy.release();
  await elapsed(AWAY_MS);
  await page.evaluate(() => history.back());

  expect(
    await until(() => page.evaluate(() => location.pathname === '/read/' && { isSame: 'mark' in window })),
  ).toEqual({
    isSame: true,
  });
  await page.close();
  await proxy.stop();
});

it('a hidden tab counts nothing, and coming back is a new span', async () => {
  const page = await newPage();
  const id = await passGate(page, server.url, 'bob@example.com', READ);
  await until(async () => (await server.session(id)).spans.length === 1);
  const cover = await page.browserContext().newPage();
  await cover.bringToFront();
  const hiddenAt = Date.now();
  await elapsed(AWAY_MS);
  await page.bringToFront();

  const [first, second] = await until(async () => {
    const { spans } = await server.session(id);
    return spans.length === 2 && spans;
  });
  expect(Date.parse(first?.end ?? '')).toBeLessThan(hiddenAt + NEAR_MS);
  expect(Date.parse(second?.start ?? '')).toBeGreaterThan(hiddenAt + AWAY_MS - NEAR_MS);
  await page.close();
});

it('each page of a single-page site has its own time', async () => {
  const page = await newPage();
  const id = await passGate(page, server.url, 'cyd@example.com', READ);
  await until(async () => (await server.session(id)).spans.length === 1);
  await page.evaluate(() => history.pushState(null, '', '/read/two?token=secret'));
  await until(async () => (await server.session(id)).currentPage === '/read/two');
  await page.evaluate(() => history.back());
  const { spans } = await until(async () => {
    const session = await server.session(id);
    return session.spans.length === 3 && session;
  });
  expect(spans.map((span) => span.page)).toEqual([READ, '/read/two', READ]);
  await page.close();
});
