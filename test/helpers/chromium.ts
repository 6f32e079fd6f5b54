// Launches a real Chromium, headless, as readers' browsers behave: hidden tabs are really hidden, timers really slow down.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';
import { findBrowser } from './find-browser.ts';

export async function makeProfile(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'stillhere-profile-'));
}

/** @param profile kept between launches, like a reader's own. */
export async function launchChromium(profile: string): Promise<Browser> {
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
    ],
    // Puppeteer's own flags against throttling: with them a second tab doesn't hide the first one.
    ignoreDefaultArgs: [
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
    ],
  });
}

/** The browser's main process dies at once, as in a crash. */
export async function killBrowser(browser: Browser): Promise<void> {
  const child = browser.process();
  const gone = new Promise((resolve) => child?.once('exit', resolve));
  child?.kill('SIGKILL');
  await gone;
}
