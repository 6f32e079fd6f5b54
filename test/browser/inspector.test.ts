// The inspector at work: what it shows is what lies on the device, live, and its buttons do what they say.
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { layRows, makeRows, press, readInspector, type Shown } from '../helpers/inspected-device.ts';
import { CASE_STUDY, passGate, readQueue } from '../helpers/reader.ts';
import { readSnippet } from '../helpers/read-snippet.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import { elapsed, until } from '../helpers/until.ts';

const STRICT = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; style-src 'none'; require-trusted-types-for 'script'">`;
const INSPECTOR =
  '<script type="module" src="/stillhere-inspector.js"></script><heartbeat-inspector></heartbeat-inspector>';

async function shown(page: Page, isSo: (inspector: Shown) => unknown, withinMs?: number): Promise<Shown> {
  return until(async () => {
    const inspector = await readInspector(page);
    return inspector && isSo(inspector) ? inspector : undefined;
  }, withinMs);
}

async function pressKeys(page: Page): Promise<void> {
  await page.keyboard.down('Control');
  await page.keyboard.down('Shift');
  await page.keyboard.press('KeyH');
  await page.keyboard.up('Shift');
  await page.keyboard.up('Control');
}

describe.concurrent('the inspector', () => {
  it('is loaded when it is asked for by the keys, goes with Escape, and gives the focus back', async ({
    server,
    device,
  }) => {
    const page = await device.newPage();
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
    await passGate(page, server.url, 'ann@example.com');
    await page.waitForNetworkIdle();
    expect(loaded).not.toContain('/stillhere-inspector.js');

    await page.focus('.brand');
    await pressKeys(page);
    await shown(page, ({ facts }) => facts['Storage']);
    const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.localName ?? '');
    await until(async () => (await focused()) === 'heartbeat-inspector');
    await page.keyboard.press('Escape');

    expect(await readInspector(page)).toBeUndefined();
    expect(await focused()).toBe('a');
    await page.goto(server.url + CASE_STUDY);
    await page.waitForNetworkIdle();
    expect(await readInspector(page)).toBeUndefined();
  });

  it('opens on any site that has the line of docs/inspector.md', async ({ serve, device }) => {
    const line = await readSnippet('docs/inspector.md', 'html', 'stillhere-open-inspector');
    const server = await serve({ '/plain/': `<!doctype html><title>Plain</title>${line}<body>` });
    const page = await device.newPage();
    await page.goto(`${server.url}/plain/`);
    await page.waitForNetworkIdle();
    await pressKeys(page);
    await shown(page, ({ facts }) => facts['Storage']);
  });

  it('stays open on the next page of the visit, with what was delivered before', async ({ server, device }) => {
    const page = await device.newPage();
    await passGate(page, server.url, 'ann@example.com');
    await page.goto(`${server.url}${CASE_STUDY}?heartbeat-inspector`);
    await shown(page, ({ delivered }) => delivered.length > 0);
    await page.goto(`${server.url}/portfolio/confidential/day-nine/`);
    // The first page may have two spans: it was opened by the gate, then with the inspector.
    const { delivered } = await shown(page, (inspector) => inspector.delivered.some(([path]) => path !== CASE_STUDY));
    expect(new Set(delivered.map(([path]) => path))).toEqual(
      new Set(['/portfolio/confidential/day-nine/', CASE_STUDY]),
    );
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
    await passGate(page, server.url, 'ann@example.com', READ);
    await shown(page, ({ delivered }) => delivered.length > 0);
    const look = await page.evaluate(() => {
      const panel = document.querySelector('heartbeat-inspector')?.shadowRoot?.querySelector('.panel');
      return panel && getComputedStyle(panel).display;
    });
    expect(look).toBe('flex');
    expect(violations).toEqual([]);
  });

  it('shows what waits, why, and when it is tried again; and the span that is read growing', async ({
    proxy,
    device,
  }) => {
    const page = await device.newPage();
    await passGate(page, proxy.url, 'ann@example.com');
    await page.goto(`${proxy.url}${CASE_STUDY}?heartbeat-inspector`);
    await shown(page, ({ delivered }) => delivered.length > 0);
    proxy.fault = 'too-many';
    await shown(page, ({ waiting }) => waiting.length > 0);
    await press(page, 'Deliver now');
    const { waiting, facts } = await shown(page, ({ timeline }) =>
      timeline.some(([, , , what]) => what?.includes('429')),
    );

    const [row] = await readQueue(page);
    expect(waiting[0]).toEqual([
      CASE_STUDY,
      expect.stringMatching(/^\d\d:\d\d:\d\d$/) as unknown,
      expect.stringMatching(/^\d\d:\d\d:\d\d$/) as unknown,
      expect.stringMatching(/^\d+ s$/) as unknown,
      String(Number(row?.['attempts'])),
      'HTTP 429, not an answer of Stillhere',
      expect.stringMatching(/^\d\d:\d\d:\d\d$/) as unknown,
    ]);
    expect(facts).toMatchObject({
      'This page': 'is being read',
      Worker: expect.stringMatching(/^active, \d/) as unknown,
    });
    const read = Number.parseInt(waiting[0]?.[3] ?? '', 10);
    await shown(page, (inspector) => Number.parseInt(inspector.waiting[0]?.[3] ?? '', 10) > read);
  });

  it('"Deliver now" has it stored, and tells the receipt', async ({ server, proxy, device }) => {
    const page = await device.newPage();
    const session = await passGate(page, proxy.url, 'ann@example.com');
    await page.goto(`${proxy.url}${CASE_STUDY}?heartbeat-inspector`);
    await shown(page, ({ delivered }) => delivered.length > 0);
    await layRows(page, makeRows(3, session, Date.now() - 30_000));
    await press(page, 'Deliver now');

    await shown(page, ({ waiting, delivered }) => waiting.length === 0 && delivered.length >= 4);
    const stored = await until(async () => {
      const { spans } = await server.session(session);
      return spans.length >= 4 && spans.map((span) => span.page);
    });
    expect(stored).toContain('/portfolio/confidential/day-nine/');
  });

  it('"Clear refused" forgets what the server refused, and nothing else', async ({ proxy, device }) => {
    const page = await device.newPage();
    await passGate(page, proxy.url, 'ann@example.com');
    await page.goto(`${proxy.url}${CASE_STUDY}?heartbeat-inspector`);
    await shown(page, ({ delivered }) => delivered.length > 0);
    proxy.fault = 'error-500';
    await layRows(page, makeRows(2, 'AAAAAAAAAAAAAAAAAAAAAA', Date.now() - 60_000), 'refused');
    await layRows(page, makeRows(1, 'BBBBBBBBBBBBBBBBBBBBBB', Date.now() - 60_000));
    await press(page, 'Deliver now');
    await shown(page, ({ refused }) => refused.length === 2);
    await press(page, 'Clear refused');

    await shown(page, ({ refused }) => refused.length === 0);
    expect(await readQueue(page, 'refused')).toEqual([]);
    expect((await readQueue(page)).map(({ session }) => session)).toContain('BBBBBBBBBBBBBBBBBBBBBB');
  });

  it('"Simulate offline" keeps page, worker and last words from the network, and ends by itself', async ({
    server,
    proxy,
    device,
  }) => {
    const page = await device.newPage();
    const session = await passGate(page, proxy.url, 'ann@example.com');
    await page.goto(`${proxy.url}${CASE_STUDY}?heartbeat-inspector`);
    await shown(page, ({ delivered }) => delivered.length > 0);
    await press(page, 'Simulate offline');
    const beganAt = Date.now();
    await shown(page, ({ summary }) => summary.startsWith('Offline for show until'));
    const seen = proxy.seen.length;

    await press(page, 'Deliver now');
    const devtools = await page.createCDPSession();
    await devtools.send('ServiceWorker.enable');
    await devtools.send('ServiceWorker.stopAllWorkers');
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await page.goto(`${proxy.url}/portfolio/confidential/day-nine/`);
    await shown(page, ({ waiting, summary }) => waiting.length > 1 && summary.startsWith('Offline for show until'));
    await elapsed(Math.max(0, beganAt + 50_000 - Date.now()));
    expect(proxy.seen.length).toBe(seen);

    await shown(page, ({ summary }) => summary.startsWith('Nothing waits'), 30_000);
    expect(Date.now() - beganAt).toBeGreaterThan(59_000);
    const { spans } = await server.session(session);
    expect(new Set(spans.map((span) => span.page))).toEqual(new Set([CASE_STUDY, '/portfolio/confidential/day-nine/']));
  });

  it('offline for show ends at once when asked', async ({ proxy, device }) => {
    const page = await device.newPage();
    await passGate(page, proxy.url, 'ann@example.com');
    await page.goto(`${proxy.url}${CASE_STUDY}?heartbeat-inspector`);
    await shown(page, ({ waiting, delivered }) => waiting.length > 0 && delivered.length > 0);
    await press(page, 'Simulate offline');
    await shown(page, ({ summary }) => summary.startsWith('Offline for show until'));
    await press(page, 'Back online');
    await shown(page, ({ summary }) => summary.startsWith('Nothing waits'));
    expect(await page.evaluate(() => document.cookie)).not.toContain('stillhere_offline');
  });

  it('"Copy as JSON" copies all that is shown, but no whole id of a session', async ({ server, device }) => {
    const page = await device.newPage();
    await page.browserContext().overridePermissions(server.url, ['clipboard-read', 'clipboard-write']);
    const session = await passGate(page, server.url, 'ann@example.com');
    await page.goto(`${server.url}${CASE_STUDY}?heartbeat-inspector`);
    const copy = async () => {
      await press(page, 'Copy as JSON');
      const copied = await page.evaluate(() => navigator.clipboard.readText());
      return { copied, ...(JSON.parse(copied) as { waiting: { session: string }[]; visit: { delivered: unknown[] } }) };
    };
    // What waits at one moment is delivered at the next.
    const { copied, waiting } = await until(async () => {
      const report = await copy();
      return report.waiting.length > 0 && report.visit.delivered.length > 0 && report;
    });

    expect(waiting[0]?.session).toBe(`${session.slice(0, 6)}…`);
    expect(copied).not.toContain(session);
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
    await passGate(page, proxy.url, 'ann@example.com');
    proxy.fault = 'error-500';
    await page.goto(proxy.url + CASE_STUDY);
    expect(await badges()).toEqual([]);
    await pressKeys(page);
    await until(async () => (await badges()).some((count) => count > 0));
    await page.keyboard.press('Escape');
    await until(async () => (await badges()).at(-1) === 0);
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
    await passGate(page, server.url, 'ann@example.com');
    await page.goto(`${server.url}${CASE_STUDY}?heartbeat-inspector`);
    await shown(page, ({ delivered, facts }) => delivered.length > 0 && facts['Storage']);
  });

  it('makes no database where there is none', async ({ serve, device }) => {
    const server = await serve({ '/plain/': `<!doctype html><title>Plain</title><body>${INSPECTOR}` });
    const page = await device.newPage();
    await page.goto(`${server.url}/plain/`);
    await shown(page, ({ facts }) => facts['Storage']?.startsWith('nothing kept yet'));
    expect(await page.evaluate(() => indexedDB.databases())).toEqual([]);
    expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
  });

  it('of hundreds of rows an update touches those that changed', async ({ proxy, device }) => {
    const page = await device.newPage();
    const session = await passGate(page, proxy.url, 'ann@example.com');
    await page.goto(`${proxy.url}${CASE_STUDY}?heartbeat-inspector`);
    await shown(page, ({ delivered }) => delivered.length > 0);
    // So that none of them is tried meanwhile.
    await press(page, 'Simulate offline');
    await shown(page, ({ summary }) => summary.startsWith('Offline for show until'));
    await layRows(page, makeRows(480, session, Date.now() - 30_000));
    await shown(page, ({ waiting }) => waiting.length > 480);
    const touched = await page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const body = document
            .querySelector('heartbeat-inspector')
            ?.shadowRoot?.querySelector('table[aria-label="Waiting"] tbody');
          if (body)
            new MutationObserver((changes) => {
              const rows = changes.map(
                ({ target }) => (target.parentElement?.closest('tr') ?? target).textContent ?? '',
              );
              resolve([...new Set(rows)]);
            }).observe(body, { childList: true, subtree: true, characterData: true });
        }),
    );
    expect(touched).toHaveLength(1);
  });
});
