// Launches a real Firefox, headless, over WebDriver BiDi: no geckodriver, no X server.
import puppeteer, { type Browser } from 'puppeteer-core';
import { findFirefox } from './find-browser.ts';

/** Firefox with the profile in this folder. */
export function launchFirefox(profile: string, prefs: Readonly<Record<string, unknown>> = {}): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: findFirefox() ?? '',
    headless: true,
    userDataDir: profile,
    extraPrefsFirefox: { 'browser.shell.checkDefaultBrowser': false, ...prefs },
    // The content sandbox doesn't work in a container.
    env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1', MOZ_DISABLE_CONTENT_SANDBOX: '1' },
  });
}
