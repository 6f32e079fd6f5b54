// The devtools extension in real browsers: in Chromium its panel, in the real devtools, of a page that knows nothing of it.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import puppeteer, { type Browser, type Frame, type Page } from 'puppeteer-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FaultProxy } from '../helpers/fault-proxy.ts';
import { findBrowser } from '../helpers/find-browser.ts';
import { launchFirefox } from '../helpers/firefox.ts';
import { layRows, makeRows, press, readInspector, type Shown } from '../helpers/inspected-device.ts';
import { passGate } from '../helpers/reader.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

const PROJECT = join(import.meta.dirname, '../..');
const DIST = join(PROJECT, 'dist');
/** As in test/browser/inspector-appearance.test.ts. */
const FOLDER = process.env['INSPECTOR_PICTURES'];
/** Where the devtools lie in a window of this width. */
const WINDOW = { width: 1600, height: 800 };
const BESIDE_PAGE = { x: 1045, y: 0, width: 555, height: 800 };

function buildExtension(): void {
  const vite = join(PROJECT, 'node_modules/.bin/vite');
  execFileSync(vite, ['build', '--app', '--config', 'build/extension.vite.config.ts'], {
    cwd: PROJECT,
    stdio: 'ignore',
  });
}

const readZip = (browser: string): Promise<Buffer> => readFile(join(DIST, `stillhere-devtools-${browser}.zip`));

beforeAll(buildExtension);

describe('the zip files', () => {
  it('ask for no permission, and let nothing be loaded from anywhere', async () => {
    for (const browser of ['chromium', 'firefox']) {
      const files = unzipSync(await readZip(browser));
      const manifest = JSON.parse(strFromU8(files['manifest.json'] ?? new Uint8Array())) as Record<string, unknown>;
      expect(Object.keys(manifest).filter((key) => /permission|host|content_scripts|externally/.test(key))).toEqual([]);
      expect(manifest['content_security_policy']).toEqual({
        extension_pages: "default-src 'none'; script-src 'self'; connect-src 'self'",
      });
      const icons = Object.values(manifest['icons'] as Record<string, string>);
      expect(icons).toHaveLength(4);
      for (const file of ['devtools.html', 'panel.html', 'agent.js', ...icons]) expect(files).toHaveProperty([file]);
    }
  });

  it('are the same bytes, built again', async () => {
    const before = await Promise.all(['chromium', 'firefox'].map(readZip));
    buildExtension();
    expect(await Promise.all(['chromium', 'firefox'].map(readZip))).toEqual(before);
  });
});

describe('in Chromium', () => {
  let server: StillhereServer;
  let proxy: FaultProxy;
  let profile: string;
  let browser: Browser;

  beforeEach(async () => {
    server = await StillhereServer.start();
    proxy = await FaultProxy.start(server.url);
    profile = await mkdtemp(join(tmpdir(), 'stillhere-devtools-'));
    browser = await puppeteer.launch({
      executablePath: findBrowser() ?? '',
      headless: true,
      pipe: true,
      userDataDir: profile,
      enableExtensions: [join(DIST, 'devtools/chromium')],
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
    });
  });
  afterEach(async () => {
    await browser.close();
    await proxy.stop();
    await server.stop();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  async function shown(panel: Frame, isSo: (inspector: Shown) => unknown): Promise<Shown> {
    return until(async () => {
      const inspector = await readInspector(panel);
      return inspector && isSo(inspector) ? inspector : undefined;
    });
  }

  it('the panel shows the queue of a page without an inspector, live, and delivers it', async () => {
    const page = await browser.newPage();
    const session = await passGate(page, proxy.url, 'ann@example.com');
    await until(() => proxy.seen.length > 0);
    proxy.fault = 'error-500';
    await layRows(page, makeRows(3, session, Date.now() - 30_000));
    const { devtools, panel } = await openPanel(page);

    const { waiting, facts } = await shown(panel, (inspector) => inspector.waiting.length >= 3);
    expect(new Set(waiting.map(([path]) => path))).toContain('/portfolio/confidential/day-nine/');
    expect(facts).toMatchObject({
      'This page': expect.any(String) as unknown,
      Worker: expect.stringMatching(/^active, \d/) as unknown,
    });
    await press(panel, 'Deliver now');
    await shown(panel, ({ timeline }) => timeline.some(([, , , what]) => what?.includes('HTTP 500')));
    if (FOLDER) await devtools.screenshot({ path: join(FOLDER, 'devtools.png'), clip: BESIDE_PAGE });
    proxy.fault = 'none';
    await press(panel, 'Deliver now');
    await shown(panel, (inspector) => inspector.waiting.length === 0 && inspector.delivered.length >= 3);
    expect((await server.session(session)).spans.length).toBeGreaterThanOrEqual(3);

    await page.goto(`${proxy.url}/portfolio/confidential/four-minutes/`);
    await shown(panel, ({ delivered }) => delivered.some(([path]) => path === '/portfolio/confidential/four-minutes/'));
    expect(await readInspector(page)).toBeUndefined();
  });

  it('of a site without Stillhere it says so and what to do, and leaves nothing behind', async () => {
    const page = await browser.newPage();
    await page.goto(`${server.url}/healthz`);
    const { panel } = await openPanel(page);
    const { summary } = await shown(panel, ({ facts }) => facts['Storage']?.startsWith('nothing kept yet'));
    expect(summary).toMatch(/^This page has no heartbeat, .* Open a page that has <session-heartbeat>/);
    expect(await page.evaluate(() => indexedDB.databases())).toEqual([]);
  });
});

describe('in Firefox', () => {
  it('it can be installed', async () => {
    const profile = await mkdtemp(join(tmpdir(), 'stillhere-profile-'));
    const firefox = await launchFirefox(profile);
    try {
      expect(await firefox.installExtension(join(DIST, 'devtools/firefox'))).toBe('heartbeat@stillhere.example');
    } finally {
      await firefox.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});

const SHOW_PANEL = `(async () => {
  const { InspectorView, ViewManager } = await import('./ui/legacy/legacy.js');
  const views = InspectorView.InspectorView.instance().tabbedPane.tabIds();
  const view = views.find((id) => id.startsWith('chrome-extension:'));
  if (view) await ViewManager.ViewManager.instance().showView(view);
  return view;
})()`;

/** Opens the devtools of the page, and in them "Heartbeat", by the devtools' own code. */
async function openPanel(page: Page): Promise<{ devtools: Page; panel: Frame }> {
  const devtools = await page.openDevTools();
  await devtools.setViewport(WINDOW);
  // As a text: vitest would put an import of its own there.
  await until(() => devtools.evaluate(SHOW_PANEL));
  const panel = await until(() => devtools.frames().find((frame) => frame.url().endsWith('/panel.html')));
  return { devtools, panel };
}
