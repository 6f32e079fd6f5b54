// The inspector in a page: opening and closing it, and what it leaves alone. Its queue and buttons are tested in
// inspected-queue.test.ts.
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { pressKeys, readInspector, untilShown } from '../helpers/inspected-device.ts';
import { readSnippet } from '../helpers/read-snippet.ts';
import { CASE_STUDY, enter, passGate } from '../helpers/reader.ts';
import { NEXT, READ, readPage } from '../helpers/reading-site.ts';
import { elapsed, until } from '../helpers/until.ts';

const STRICT = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; style-src 'none'; require-trusted-types-for 'script'">`;
const INSPECTOR =
  '<script type="module" src="/stillhere-inspector.js"></script><heartbeat-inspector></heartbeat-inspector>';

function hasLoaded(page: Page, path: string): Promise<boolean> {
  return page.evaluate((end) => performance.getEntriesByType('resource').some(({ name }) => name.endsWith(end)), path);
}

describe.concurrent('the inspector', () => {
  it('is loaded when it is asked for by the keys, goes with Escape, and gives the focus back', async ({
    server,
    device,
  }) => {
    const page = await device.newPage();
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
    await enter(page, server.url);
    await until(() => loaded.includes('/stillhere-open-inspector.js'));
    expect(loaded).not.toContain('/stillhere-inspector.js');

    await page.focus('.brand');
    await pressKeys(page);
    await untilShown(page, ({ facts }) => facts['Storage']);
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.localName ?? '');
    await until(async () => (await focused()) === 'heartbeat-inspector');
    await page.keyboard.press('Escape');

    expect(await readInspector(page)).toBeUndefined();
    expect(await focused()).toBe('a');
    await page.goto(server.url + READ);
    expect(await readInspector(page)).toBeUndefined();
  });

  it('opens on the sample in a tunnel, and shows what waits', async ({ portfolio, device }) => {
    const page = await device.newPage();
    await passGate(page, portfolio.url, 'ann@example.com');
    // It is active once it has kept the public files.
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await page.goto(portfolio.url + CASE_STUDY);
    await portfolio.stop();
    await pressKeys(page);
    await untilShown(page, ({ waiting }) => waiting.length > 0);
  });

  it('opens at the gate of the sample, and where there is no page', async ({ portfolio, device }) => {
    const page = await device.newPage();
    for (const path of [CASE_STUDY, '/nothing-here/']) {
      await page.goto(portfolio.url + path);
      await pressKeys(page);
      await untilShown(page, ({ facts }) => facts['Storage']);
      await page.keyboard.press('Escape');
    }
  });

  it('the console commands are there for who asks by the address', async ({ portfolio, device }) => {
    const page = await device.newPage();
    await passGate(page, portfolio.url, 'ann@example.com');
    const commands = (): Promise<string> => page.evaluate(() => typeof (window as { stillhere?: object }).stillhere);
    expect(await commands()).toBe('undefined');
    await page.goto(`${portfolio.url}${CASE_STUDY}?heartbeat-debug`);
    await until(async () => (await commands()) === 'object');
  });

  it('opens on any site that has the line of docs/inspector.md', async ({ serve, device }) => {
    const line = await readSnippet('docs/inspector.md', 'html', 'stillhere-open-inspector');
    const server = await serve({ '/plain/': `<!doctype html><title>Plain</title>${line}<body>` });
    const page = await device.newPage();
    await page.goto(`${server.url}/plain/`);
    await pressKeys(page);
    await untilShown(page, ({ facts }) => facts['Storage']);
  });

  it('stays open on the next page of the visit, with what was delivered before', async ({ server, device }) => {
    const page = await device.newPage();
    await enter(page, server.url);
    await page.goto(`${server.url}${READ}?heartbeat-inspector`);
    await untilShown(page, ({ delivered }) => delivered.length > 0);
    await page.goto(`${server.url}${NEXT}`);
    // The first page may have two spans: it was opened by the gate, then with the inspector.
    const { delivered } = await untilShown(page, (inspector) => inspector.delivered.some(([path]) => path !== READ));
    expect(new Set(delivered.map(([path]) => path))).toEqual(new Set([NEXT, READ]));
  });

  it('looks as it should under the strictest policy, and breaks none of it', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage(INSPECTOR, 'tick="250"', STRICT) });
    const page = await device.newPage();
    const violations: string[] = [];
    await page.exposeFunction('tellViolation', (what: string) => violations.push(what));
    await page.evaluateOnNewDocument(() =>
      addEventListener('securitypolicyviolation', ({ violatedDirective, sourceFile }) =>
        (window as unknown as { tellViolation(what: string): void }).tellViolation(
          `${violatedDirective} ${sourceFile}`,
        ),
      ),
    );
    await enter(page, server.url);
    await untilShown(page, ({ delivered }) => delivered.length > 0);
    const look = await page.evaluate(() => {
      const panel = document.querySelector('heartbeat-inspector')?.shadowRoot?.querySelector('.panel');
      return panel && getComputedStyle(panel).display;
    });
    expect(look).toBe('flex');
    expect(violations).toEqual([]);
  });

  it('counts what waits on the icon of the app, only while it is open', async ({ proxy, device }) => {
    const page = await device.newPage();
    await page.evaluateOnNewDocument(() => {
      const badges: number[] = [];
      Object.assign(window, { badges });
      Object.assign(Navigator.prototype, {
        setAppBadge: async (count: number) => void badges.push(count),
        clearAppBadge: async () => void badges.push(0),
      });
    });
    const badges = (): Promise<number[]> => page.evaluate(() => (window as unknown as { badges: number[] }).badges);
    await enter(page, proxy.url);
    proxy.fault = 'error-500';
    await page.goto(proxy.url + READ);
    expect(await badges()).toEqual([]);
    // The page loads what listens to the keys when it has nothing else to do.
    await until(() => hasLoaded(page, '/stillhere-open-inspector.js'));
    await pressKeys(page);
    await until(async () => (await badges()).some((count) => count > 0));
    // A read that is still under way when it is closed must not count again.
    await page.evaluate(() => {
      const { prototype } = StorageManager;
      const own = Object.getOwnPropertyDescriptor(prototype, 'estimate') ?? {};
      prototype.estimate = async function (this: StorageManager): Promise<StorageEstimate> {
        await new Promise((resolve) => void Object.assign(window, { goOn: resolve }));
        return (own as { value: () => Promise<StorageEstimate> }).value.call(this);
      };
    });
    await page.locator('heartbeat-inspector >>> ::-p-text(Deliver now)').click();
    await page.waitForFunction(() => 'goOn' in window);
    await page.keyboard.press('Escape');
    await until(async () => (await badges()).at(-1) === 0);
    await page.evaluate(() => (window as unknown as { goOn(): void }).goOn());
    await elapsed(500);
    expect((await badges()).at(-1)).toBe(0);
  });

  it('goes on where the browser never answers a question', async ({ server, device }) => {
    const page = await device.newPage();
    await page.evaluateOnNewDocument(() => {
      const { prototype } = StorageManager;
      const own = Object.getOwnPropertyDescriptor(prototype, 'estimate') ?? {};
      const value = (): Promise<unknown> => {
        Object.defineProperty(prototype, 'estimate', own);
        return new Promise(() => {});
      };
      Object.defineProperty(prototype, 'estimate', { configurable: true, value });
    });
    await enter(page, server.url);
    await page.goto(`${server.url}${READ}?heartbeat-inspector`);
    await untilShown(page, ({ delivered, facts }) => delivered.length > 0 && facts['Storage']);
  });

  it('makes no database where there is none', async ({ serve, device }) => {
    const server = await serve({ '/plain/': `<!doctype html><title>Plain</title><body>${INSPECTOR}` });
    const page = await device.newPage();
    await page.goto(`${server.url}/plain/`);
    await untilShown(page, ({ facts }) => facts['Storage']?.startsWith('nothing kept yet'));
    expect(await page.evaluate(() => indexedDB.databases())).toEqual([]);
    expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  });
});
