// Launches a real Firefox, headless, over WebDriver BiDi: no geckodriver, no X server.
import { execFileSync } from 'node:child_process';
import puppeteer, { type Browser } from 'puppeteer-core';

/** Firefox with the profile in this folder. */
export function launchFirefox(profile: string, prefs: Readonly<Record<string, unknown>> = {}): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: findFirefox(),
    headless: true,
    userDataDir: profile,
    extraPrefsFirefox: { 'browser.shell.checkDefaultBrowser': false, ...prefs },
    // The content sandbox doesn't work in a container.
    env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1', MOZ_DISABLE_CONTENT_SANDBOX: '1' },
  });
}

/** FIREFOX_PATH, or Debian's. */
function findFirefox(): string {
  return process.env['FIREFOX_PATH'] ?? execFileSync('which', ['firefox-esr'], { encoding: 'utf8' }).trim();
}
