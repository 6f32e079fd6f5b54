// Launches a real headless Chromium that behaves like a reader's: hidden tabs are really hidden and timers are
// throttled.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser, type BrowserContext, type Page, type TargetType } from 'puppeteer-core';
import { findBrowser } from './find-browser.ts';

/** How long a page may take to load or to have what is asked of it: as long as two slow cores with other work need. */
const PATIENCE_MS = 90_000;

/** A page that is as patient as {@link PATIENCE_MS}. */
async function openPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

/** A page on a device of its own, like the owner's. */
export async function openPageApart(browser: Browser): Promise<Page> {
  return openPage(await browser.createBrowserContext());
}

/** A reader's device: its pages share cookies, storage and workers, but not with other devices. */
export class Device {
  context: BrowserContext;

  protected constructor(context: BrowserContext) {
    this.context = context;
  }

  /** A new browser context in a running Chromium. Like a private window, it writes nothing to disk. */
  static async openIn(browser: Browser): Promise<Device> {
    return new Device(await browser.createBrowserContext());
  }

  newPage(): Promise<Page> {
    return openPage(this.context);
  }

  /** As in Firefox's private windows: the property is missing. */
  async newPageWithoutWorkers(): Promise<Page> {
    const page = await this.newPage();
    await page.evaluateOnNewDocument(() => {
      delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker;
    });
    return page;
  }

  /** Number of pages or workers of the site. */
  count(type: TargetType, url: string): number {
    return this.context.targets().filter((target) => target.type() === type && target.url().startsWith(url)).length;
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

/** A device with its own Chromium and profile, which can be killed and started again. */
export class LaunchedDevice extends Device {
  readonly #profile: string;
  browser: Browser;

  private constructor(profile: string, browser: Browser) {
    super(browser.defaultBrowserContext());
    this.#profile = profile;
    this.browser = browser;
  }

  static async launch(): Promise<LaunchedDevice> {
    const profile = await mkdtemp(join(tmpdir(), 'stillhere-profile-'));
    return new LaunchedDevice(profile, await launchChromium(profile));
  }

  /** Kills the browser's main process, as in a crash. */
  async kill(): Promise<void> {
    const child = this.browser.process();
    const isGone = new Promise((resolve) => child?.once('exit', resolve));
    child?.kill('SIGKILL');
    await isGone;
  }

  /** Continues with another browser, or with another connection to the same one. */
  use(browser: Browser): void {
    this.browser = browser;
    this.context = browser.defaultBrowserContext();
  }

  async reopen(): Promise<void> {
    this.use(await launchChromium(this.#profile));
  }

  override async close(): Promise<void> {
    await this.browser.close();
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Chromium with the profile in this folder; `flags` are command line flags. */
export async function launchChromium(profile: string, flags: readonly string[] = []): Promise<Browser> {
  return puppeteer.launch({
    executablePath: findBrowser() ?? '',
    headless: true,
    userDataDir: profile,
    args: [
      // Needed because tests run as root in CI.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      // Otherwise Chromium makes network requests of its own.
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...flags,
    ],
    // Removes Puppeteer's flags against throttling: with them, a second tab doesn't hide the first one.
    ignoreDefaultArgs: [
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
    ],
  });
}
