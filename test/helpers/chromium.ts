// Launches a real Chromium, headless, as readers' browsers behave: hidden tabs are really hidden, timers really slow down.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser, type Page, type TargetType } from 'puppeteer-core';
import { findBrowser } from './find-browser.ts';

/** A reader's device: one Chromium with a profile of its own, which may die and come back. */
export class Device {
  readonly #profile: string;
  browser: Browser;

  private constructor(profile: string, browser: Browser) {
    this.#profile = profile;
    this.browser = browser;
  }

  static async open(): Promise<Device> {
    const profile = await mkdtemp(join(tmpdir(), 'stillhere-profile-'));
    return new Device(profile, await launchChromium(profile));
  }

  newPage(): Promise<Page> {
    return this.browser.newPage();
  }

  /** As in Firefox's private windows: the property is not there. */
  async newPageWithoutWorkers(): Promise<Page> {
    const page = await this.newPage();
    await page.evaluateOnNewDocument(() => {
      delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker;
    });
    return page;
  }

  /** The browser's main process dies at once, as in a crash. */
  async kill(): Promise<void> {
    const child = this.browser.process();
    const isGone = new Promise((resolve) => child?.once('exit', resolve));
    child?.kill('SIGKILL');
    await isGone;
  }

  async reopen(): Promise<void> {
    this.browser = await launchChromium(this.#profile);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  /** How many pages or workers of the site there are. */
  count(type: TargetType, url: string): number {
    return this.browser.targets().filter((target) => target.type() === type && target.url().startsWith(url)).length;
  }
}

/** Chromium with the profile in this folder; `flags` are its command line's. */
export async function launchChromium(profile: string, flags: readonly string[] = []): Promise<Browser> {
  return puppeteer.launch({
    executablePath: findBrowser() ?? '',
    headless: true,
    userDataDir: profile,
    args: [
      // Only because tests run as root in CI.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      // Without these Chromium keeps calling out.
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...flags,
    ],
    // Puppeteer's own flags against throttling: with them a second tab doesn't hide the first one.
    ignoreDefaultArgs: [
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
    ],
  });
}
