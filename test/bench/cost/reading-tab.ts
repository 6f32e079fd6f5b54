// A Chromium of its own on a page that does nothing but have our heartbeat, or on the same page without it.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, CDPSession, Page } from 'puppeteer-core';
import { launchChromium } from '../../helpers/chromium.ts';
import { passGate } from '../../helpers/reader.ts';

/** Ticks that are compared, in milliseconds. 0: a page without us. */
export const TICKS = [0, 1_000, 2_000, 5_000] as const;
export type Tick = (typeof TICKS)[number];
export const PROTECT = '/read/';

/** The page without us lies outside of the gate: `serve` puts the heartbeat into each page behind it. */
export const pathOf = (tick: number): string => (tick > 0 ? `${PROTECT}${tick}/` : '/plain/');

/** Writes a site with a page for each tick; resolves with its folder. */
export async function writeSite(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-cost-'));
  const text = '<p>A long page to read.</p>'.repeat(200);
  for (const tick of TICKS) {
    const path = join(folder, pathOf(tick));
    const ours = `<script type="module" src="/stillhere.js"></script><session-heartbeat tick="${tick}"></session-heartbeat>`;
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'index.html'), `<!doctype html><title>${tick}</title>${tick ? ours : ''}${text}`);
  }
  return folder;
}

export class ReadingTab {
  readonly page: Page;
  readonly devtools: CDPSession;
  /** The browser's main process. */
  readonly pid: number;
  readonly version: string;
  readonly #browser: Browser;
  readonly #profile: string;

  private constructor(browser: Browser, profile: string, page: Page, devtools: CDPSession, version: string) {
    this.#browser = browser;
    this.#profile = profile;
    this.page = page;
    this.devtools = devtools;
    this.pid = browser.process()?.pid ?? 0;
    this.version = version;
  }

  /** @param prepare what is to be done with the page before it loads anything. */
  static async open(url: string, tick: number, prepare?: (page: Page) => Promise<unknown>): Promise<ReadingTab> {
    const profile = await mkdtemp(join(tmpdir(), 'stillhere-profile-'));
    const browser = await launchChromium(profile);
    const [page = await browser.newPage()] = await browser.pages();
    await prepare?.(page);
    await passGate(page, url, 'ann@example.com', `/access?next=${encodeURIComponent(pathOf(tick))}`);
    if (tick === 0 && (await page.$('script, session-heartbeat'))) throw new Error(`${pathOf(tick)} is not without us`);
    return new ReadingTab(browser, profile, page, await page.createCDPSession(), await browser.version());
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
