// Launches a real Firefox, headless, over WebDriver BiDi: no geckodriver, no X server. Only for test/systems.
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';

/** A reader's Firefox with a profile of its own. */
export class Firefox {
  readonly #profile: string;
  readonly #browser: Browser;

  private constructor(profile: string, browser: Browser) {
    this.#profile = profile;
    this.#browser = browser;
  }

  static async open(): Promise<Firefox> {
    const profile = await mkdtemp(join(tmpdir(), 'stillhere-firefox-'));
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: findFirefox(),
      headless: true,
      userDataDir: profile,
      extraPrefsFirefox: { 'browser.shell.checkDefaultBrowser': false },
      // The content sandbox needs what a container doesn't give.
      env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1', MOZ_DISABLE_CONTENT_SANDBOX: '1' },
    });
    return new Firefox(profile, browser);
  }

  /** In a context of its own: with no cookie of another reader. */
  async newPage(): Promise<Page> {
    const context = await this.#browser.createBrowserContext();
    return context.newPage();
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** FIREFOX_PATH, or Debian's. */
function findFirefox(): string {
  return process.env['FIREFOX_PATH'] ?? execFileSync('which', ['firefox-esr'], { encoding: 'utf8' }).trim();
}
