// Chromium and Firefox with puppeteer: hidden tabs are really hidden, and timers are throttled.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { launchChromium } from '../chromium.ts';
import { launchFirefox } from '../firefox.ts';
import { until } from '../until.ts';
import type { Ability, Device, Tab } from './engine.ts';
import { fireSync } from './fire-sync.ts';
import { signalTree } from './process-tree.ts';

const SET_ASIDE = ['prefs.js.puppeteer', 'user.js.puppeteer'];

type Launch = (profile: string) => Promise<Browser>;

export const openChromium = (): Promise<Device> =>
  PuppeteerDevice.open(launchChromium, ['kill', 'prerender', 'sync', 'stop workers']);
export const openFirefox = (): Promise<Device> => PuppeteerDevice.open(launchFirefox, ['kill']);
/** Stops idle workers after a second instead of half a minute. */
export const openFirefoxWithShortLivedWorkers = (): Promise<Device> =>
  PuppeteerDevice.open((profile) => launchFirefox(profile, { 'dom.serviceWorkers.idle_timeout': 1_000 }), ['kill']);

class PuppeteerDevice implements Device {
  readonly abilities: readonly Ability[];
  readonly #profile: string;
  readonly #launch: Launch;
  version = '';
  #browser!: Browser;
  /** Covers other tabs to hide them, and keeps the browser open when they are closed. */
  #cover!: Page;

  private constructor(profile: string, launch: Launch, abilities: readonly Ability[]) {
    this.#profile = profile;
    this.#launch = launch;
    this.abilities = abilities;
  }

  static async open(launch: Launch, abilities: readonly Ability[]): Promise<Device> {
    const profile = await mkdtemp(join(tmpdir(), 'stillhere-profile-'));
    const device = new PuppeteerDevice(profile, launch, abilities);
    await device.reopen();
    return device;
  }

  get pid(): number {
    return this.#browser.process()?.pid ?? 0;
  }

  async reopen(): Promise<void> {
    this.#browser = await this.#launch(this.#profile);
    this.version = await this.#browser.version();
    this.#cover = (await this.#browser.pages())[0] ?? (await this.#browser.newPage());
  }

  async open(kind: 'tab' | 'window'): Promise<Tab> {
    return tabOf(await this.#browser.newPage({ type: kind }), this.#cover);
  }

  async kill(): Promise<void> {
    const child = this.#browser.process();
    const isGone = new Promise((resolve) => child?.once('exit', resolve));
    signalTree(this.pid, 'SIGKILL');
    await isGone;
    // Puppeteer is restoring Firefox's settings; a new Firefox must not start before that.
    await until(() => SET_ASIDE.every((name) => !existsSync(join(this.#profile, name))));
  }

  fireSync(scope: string, tag: string): Promise<boolean> {
    return fireSync(this.#cover, scope, tag);
  }

  async denySync(): Promise<void> {
    const session = await this.#browser.target().createCDPSession();
    await session.send('Browser.setPermission', { permission: { name: 'background-sync' }, setting: 'denied' });
    await session.detach();
  }

  async stopWorkers(): Promise<void> {
    const session = await this.#cover.createCDPSession();
    await session.send('ServiceWorker.enable');
    await session.send('ServiceWorker.stopAllWorkers');
    await session.detach();
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function tabOf(page: Page, cover: Page): Tab {
  let moves = 0;
  return {
    goto: async (url) => void (await page.goto(url)),
    // page.goBack() waits for a load event, which a page from the back/forward cache doesn't have.
    back: async () => {
      const here = page.url();
      await page.evaluate(() => void setTimeout(() => history.back()));
      await until(() => page.evaluate((url) => location.href !== url, here));
    },
    evaluate: (expression) => page.evaluate(expression) as Promise<never>,
    move: () => page.mouse.move(50 + (moves++ % 2) * 20, 60),
    hide: () => cover.bringToFront(),
    show: () => page.bringToFront(),
    close: async () => {
      const isGone = new Promise((resolve) => page.once('close', resolve));
      await page.close({ runBeforeUnload: true });
      await isGone;
    },
  };
}
