// The Astro sites of test/sites, built and served, and a reader's visit to the one with <ClientRouter />.
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { expect } from 'vitest';
import { passGate } from './reader.ts';
import { buildSite, NOT_IN_VITEST, servePacked, toolPath } from './site-folder.ts';
import { StillhereServer, type SessionDetail } from './stillhere-server.ts';
import { elapsed, until } from './until.ts';

const SLOW_MS = 2_000;
const NEAR_MS = 100;

/** What the site `astro-mixed` is built with. */
export interface MixedSite {
  readonly base?: string;
  readonly trailingSlash?: 'always' | 'never';
}

/** Each site is built once per process, by the first test that needs it. */
const built = new Map<string, Promise<string>>();

/** Resolves with the folder of the built site. */
export async function buildAstro(
  site: 'astro' | 'astro-node' | 'astro-mixed',
  options: MixedSite = {},
): Promise<string> {
  const name = [site, ...Object.values(options)].join('').replaceAll('/', '-');
  const build = async (): Promise<string> =>
    join(await buildSite(site, { name, environment: toVariables(options) }, 'astro', 'build'), 'dist');
  const building = built.get(name) ?? build();
  built.set(name, building);
  return building;
}

function toVariables({ base, trailingSlash }: MixedSite): NodeJS.ProcessEnv {
  return { ...(base && { SITE_BASE: base }), ...(trailingSlash && { TRAILING_SLASH: trailingSlash }) };
}

/** Built as files, behind `stillhere serve`; `/report/` uses the component, `/offer/` the integration. */
export async function serveStaticAstro(): Promise<StillhereServer> {
  return servePacked(await buildAstro('astro'), '--protect', '/report/,/offer/');
}

/** With `<ClientRouter />`, rendered on demand by Astro's Node adapter. */
export async function serveNodeAstro(): Promise<StillhereServer> {
  return startBuilt(await buildAstro('astro-node'));
}

/** Prerendered, but for the gated pages: a start page and a 404 page. `/report/figures.csv` is a file of public/. */
export async function serveMixedAstro(
  options: MixedSite = {},
  environment: NodeJS.ProcessEnv = {},
): Promise<StillhereServer> {
  return startBuilt(await buildAstro('astro-mixed', options), environment);
}

async function startBuilt(folder: string, environment: NodeJS.ProcessEnv = {}): Promise<StillhereServer> {
  return StillhereServer.start(environment, [join(folder, 'server/entry.mjs')]);
}

/** `astro dev` of a copy of that site, in `folder`. */
export async function serveAstroDev(folder: string, options: MixedSite = {}): Promise<StillhereServer> {
  const environment = { ...NOT_IN_VITEST, ASTRO_TELEMETRY_DISABLED: '1', ...toVariables(options) };
  return StillhereServer.start(environment, [toolPath('astro'), 'dev', '--root', folder]);
}

/** Navigates within one document, across a page that isn't counted, and back in history, finally on a slow network. */
export async function expectPagesApart(server: StillhereServer, page: Page): Promise<void> {
  // Another site for the browser, so the reader has not passed its gate.
  const url = server.url.replace('localhost', '127.0.0.1');
  const show = async (title: string): Promise<unknown> => until(async () => (await page.title()) === title);
  // With a key, as a reader does. A page that moves by itself counts from when its script has looked at who was there before.
  const click = async (title: string): Promise<void> => {
    await page.evaluate((text) => {
      [...document.querySelectorAll('a')].find((link) => link.textContent === text)?.focus();
    }, title);
    await page.keyboard.press('Enter');
  };
  await page.goto(url);
  await click('One');
  await page.waitForSelector('#email');
  const id = await passGate(page, url, 'bob@example.com', '/report/');
  await page.evaluate(() => Object.assign(window, { mark: true }));
  const read = async (count: number): Promise<SessionDetail> =>
    until(async () => {
      const session = await server.session(id);
      return session.spans.length === count && session;
    });

  await read(1);
  await click('Two');
  await read(2);
  await click('One');
  await read(3);
  await click('Home');
  await show('Home');
  await click('Two');
  await read(4);
  const answer = await holdPages(page);
  await page.evaluate(() => history.back());
  await until(() => page.evaluate(() => location.pathname === '/'));
  await elapsed(SLOW_MS);
  await answer();
  await show('Home');
  await page.evaluate(() => history.back());
  const { spans } = await read(5);

  expect(await page.evaluate(() => 'mark' in window)).toBe(true);
  expect(spans.map((span) => span.page)).toEqual(['/report/', '/report/two/', '/report/', '/report/two/', '/report/']);
  const [first, second, third, fourth] = spans;
  // The clock is read separately for each.
  for (const [one, next] of [
    [first, second],
    [second, third],
  ])
    expect(Date.parse(next?.start ?? '') - Date.parse(one?.end ?? '')).toBeLessThan(NEAR_MS);
  expect(Date.parse(fourth?.end ?? '') - Date.parse(fourth?.start ?? '')).toBeGreaterThanOrEqual(SLOW_MS);
}

/** Delays every page that a script requests until the returned function is called. */
async function holdPages(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => {
    const real = window.fetch;
    const answer = new Promise<void>((resolve) => Object.assign(window, { answer: resolve }));
    window.fetch = async (...asked) => {
      window.fetch = real;
      await answer;
      return real(...asked);
    };
  });
  return () => page.evaluate(() => (window as unknown as { answer(): void }).answer());
}
