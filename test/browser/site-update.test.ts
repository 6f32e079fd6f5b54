// A new version of the portfolio while an old one is being read: offered, not forced, and nothing is lost on the way.
import { globSync } from 'node:fs';
import { appendFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { expect } from 'vitest';
import { BUILD_DIR } from '../../server/config/package-root.ts';
import { it } from '../helpers/browser-test.ts';
import { CASE_STUDY, passGate, readQueue } from '../helpers/reader.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { elapsed, until } from '../helpers/until.ts';

const SECOND_STUDY = '/portfolio/confidential/four-minutes/';
const NEAR_MS = 1_000;
const TUNNEL_MS = 3_000;

/** The site as it was built, in a folder where it can change. */
async function copySite(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-versions-'));
  await cp(join(BUILD_DIR, 'site'), folder, { recursive: true });
  for (const file of globSync('**/*.{br,gz}', { cwd: folder })) await rm(join(folder, file));
  return folder;
}

async function deployNewVersion(folder: string): Promise<void> {
  const home = join(folder, 'index.html');
  await writeFile(home, (await readFile(home, 'utf8')).replace('<h1>', '<h1>Version B. '));
  // What a build does: other files, another list of them in the worker.
  const worker = join(folder, 'sw.js');
  await writeFile(worker, (await readFile(worker, 'utf8')).replace(/(url:"\/index\.html",revision:")[^"]+/, '$1b'));
  await appendFile(worker, '\n// version B\n');
}

/** Loads that a page has seen since it was marked. */
const mark = (page: Page): Promise<void> => page.evaluate(() => void Object.assign(window, { isMarked: true }));
const isMarked = (page: Page): Promise<boolean> => page.evaluate(() => 'isMarked' in window);

it('two versions live side by side until the reader takes the new one, and all that was read arrives', async ({
  device,
}) => {
  const folder = await copySite();
  const server = await StillhereServer.startInTest({ SITE_DIR: folder });
  const first = await device.newPage();
  const id = await passGate(first, server.url, 'ann@example.com');
  await first.evaluate(async () => void (await navigator.serviceWorker.ready));
  await until(async () => (await server.session(id)).spans.length === 1);
  await mark(first);

  // Rows in version A's queue.
  await server.stop();
  await elapsed(TUNNEL_MS);
  await first.bringToFront();
  await until(async () => (await readQueue(first)).length === 1);
  await deployNewVersion(folder);
  await server.start();

  const second = await device.newPage();
  await second.goto(server.url + SECOND_STUDY);
  const note = await until(async () => {
    await second.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));
    return second.$eval('.app-note', (found) => found.textContent);
  });
  // Otherwise Chromium may take 30 s to end the old worker, because it still answers requests of this page. Waiting for the
  // page's first span instead was not enough: at a load of 18 the new worker was not in charge after 40 s.
  await second.waitForNetworkIdle();
  expect(note).toContain('There is a new version.');
  expect(await isMarked(first)).toBe(true);
  await mark(second);

  await second.evaluate(() => document.querySelector<HTMLElement>('.app-note button')?.click());
  await until(async () => !(await isMarked(second)), 40_000);
  // The other tab was not loaded anew in mid-reading, and goes on with the new worker.
  expect(await isMarked(first)).toBe(true);
  await first.bringToFront();
  await elapsed(TUNNEL_MS);
  const endedAt = Date.now();
  await first.close();
  await second.goto(server.url);
  expect(await second.evaluate(() => document.querySelector('h1')?.textContent)).toContain('Version B.');

  const session = await until(async () => {
    const found = await server.session(id);
    const end = found.spans.findLast(({ page }) => page === CASE_STUDY)?.end ?? '';
    return Math.abs(Date.parse(end) - endedAt) < NEAR_MS && found;
  });
  expect(new Set(session.pages.map(({ page }) => page))).toEqual(new Set([CASE_STUDY, SECOND_STUDY]));
  await until(async () => (await readQueue(second)).length === 0);
  await server.stop();
});
