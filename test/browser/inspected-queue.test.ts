// The inspector at work: what it shows is what lies on the device, live, and its buttons do what they say.
import { describe, expect } from 'vitest';
import { formatTime } from '../../client/ui/format.ts';
import type { QueuedSpan } from '../../sw/channel/database.ts';
import { it } from '../helpers/browser-test.ts';
import type { Device } from '../helpers/chromium.ts';
import type { FaultProxy } from '../helpers/fault-proxy.ts';
import { layRows, makeRows, press, pressKeys, readInspector, untilShown } from '../helpers/inspected-device.ts';
import { enter, readQueue } from '../helpers/reader.ts';
import { NEXT, READ, readPage, SMALL_SITE, type SiteFiles } from '../helpers/reading-site.ts';
import type { StillhereServer } from '../helpers/stillhere-server.ts';
import { elapsed, until } from '../helpers/until.ts';

const INSPECTED = '/inspected/';
const OPENER = '<script type="module" src="/stillhere-open-inspector.js"></script>';

/** A reader on a page without a heartbeat, which would deliver all rows by itself, and rows to lay. */
async function inspectRows(
  serveFar: (files: SiteFiles) => Promise<{ server: StillhereServer; proxy: FaultProxy }>,
  device: Device,
  count: number,
) {
  const inspected = readPage(OPENER).replace(/<session-heartbeat[^>]*>/, '');
  const { server, proxy } = await serveFar({ ...SMALL_SITE, [INSPECTED]: inspected });
  const page = await device.newPage();
  const session = await enter(page, proxy.url);
  await until(async () => (await readQueue(page)).length > 0);
  await page.goto(proxy.url + INSPECTED);
  return { server, proxy, page, session, rows: makeRows(count, session, Date.now() - 30_000) };
}

/** Without the page that was left: it has sent its last words, and got no receipt. */
const pagesOf = (rows: readonly string[][]): readonly string[] =>
  rows.map(([path = '']) => path).filter((path) => path !== READ);

/** Of the button that sends this row. */
const labelOf = ({ page, start }: QueuedSpan): string =>
  `Send the reading of ${page}, ${formatTime(start, Date.now())}`;

const storedPages = async (server: StillhereServer, session: string): Promise<readonly string[]> =>
  (await server.session(session)).spans.map((span) => span.page);

describe.concurrent('the inspector', () => {
  it('shows what waits, why, and when it is tried again; and the span that is read growing', async ({
    proxy,
    device,
  }) => {
    const page = await device.newPage();
    await enter(page, proxy.url);
    await page.goto(`${proxy.url}${READ}?heartbeat-inspector`);
    await untilShown(page, ({ delivered }) => delivered.length > 0);
    proxy.fault = 'too-many';
    await untilShown(page, ({ waiting }) => waiting.length > 0);
    await press(page, 'Deliver now');
    const { waiting, facts } = await untilShown(
      page,
      (inspector) =>
        inspector.timeline.some(([, , , what]) => what?.includes('429')) &&
        inspector.waiting[0]?.at(-1)?.startsWith('the server asked to wait'),
    );

    expect(waiting[0]).toEqual([
      READ,
      expect.stringMatching(/^\d\d:\d\d:\d\d$/) as unknown,
      expect.stringMatching(/^\d\d:\d\d:\d\d$/) as unknown,
      expect.stringMatching(/^\d+ s$/) as unknown,
      expect.stringMatching(/^[1-9]\d*$/) as unknown,
      'HTTP 429, not an answer of Stillhere',
      expect.stringMatching(/^the server asked to wait until \d\d:\d\d:\d\d$/) as unknown,
    ]);
    expect(facts).toMatchObject({
      'This page': 'is being read',
      Worker: expect.stringMatching(/^active, \d/) as unknown,
    });
    await until(async () => {
      const [inspector, [row]] = [await readInspector(page), await readQueue(page)];
      return inspector?.waiting[0]?.[4] === String(Number(row?.['attempts']));
    });
    const read = Number.parseInt(waiting[0]?.[3] ?? '', 10);
    await untilShown(page, (inspector) => Number.parseInt(inspector.waiting[0]?.[3] ?? '', 10) > read);
  });

  it('"Deliver now" has it stored, and tells the receipt', async ({ server, proxy, device }) => {
    const page = await device.newPage();
    const session = await enter(page, proxy.url);
    await page.goto(`${proxy.url}${READ}?heartbeat-inspector`);
    await untilShown(page, ({ delivered }) => delivered.length > 0);
    await layRows(page, makeRows(3, session, Date.now() - 30_000));
    await press(page, 'Deliver now');

    await untilShown(page, ({ waiting, delivered }) => waiting.length === 0 && delivered.length >= 4);
    const stored = await until(async () => {
      const { spans } = await server.session(session);
      return spans.length >= 4 && spans.map((span) => span.page);
    });
    expect(stored).toContain('/portfolio/confidential/day-nine/');
  });

  it('"Clear refused" forgets what the server refused, and nothing else', async ({ proxy, device }) => {
    const page = await device.newPage();
    await enter(page, proxy.url);
    await page.goto(`${proxy.url}${READ}?heartbeat-inspector`);
    await untilShown(page, ({ delivered }) => delivered.length > 0);
    proxy.fault = 'error-500';
    await layRows(page, makeRows(2, 'AAAAAAAAAAAAAAAAAAAAAA', Date.now() - 60_000), 'refused');
    await layRows(page, makeRows(1, 'BBBBBBBBBBBBBBBBBBBBBB', Date.now() - 60_000));
    await press(page, 'Deliver now');
    await untilShown(page, ({ refused }) => refused.length === 2);
    await press(page, 'Clear refused');

    await untilShown(page, ({ refused }) => refused.length === 0);
    expect(await readQueue(page, 'refused')).toEqual([]);
    expect((await readQueue(page)).map(({ session }) => session)).toContain('BBBBBBBBBBBBBBBBBBBBBB');
  });

  it('filters the rows, and drops one of them once that is confirmed', async ({ proxy, device }) => {
    const page = await device.newPage();
    const session = await enter(page, proxy.url);
    await page.goto(`${proxy.url}${READ}?heartbeat-inspector`);
    await untilShown(page, ({ delivered }) => delivered.length > 0);
    // So that none of them is delivered meanwhile.
    await press(page, 'Simulate offline');
    await untilShown(page, ({ summary }) => summary.startsWith('Offline for show until'));
    await layRows(page, makeRows(3, session, Date.now() - 30_000));
    await untilShown(page, ({ waiting }) => waiting.length >= 4);

    await page.locator('heartbeat-inspector >>> input[type=search]').fill('DAY-nine');
    const { waiting } = await untilShown(page, (shown) => shown.waiting.length === 1);
    expect(waiting[0]?.[0]).toBe('/portfolio/confidential/day-nine/');
    const isKept = async (): Promise<boolean> =>
      (await readQueue(page)).some((row) => row['page'] === '/portfolio/confidential/day-nine/');
    await press(page, 'Drop');
    await page.locator('heartbeat-inspector >>> .asked').wait();
    expect(await isKept()).toBe(true);
    await press(page, 'For good?');
    await untilShown(page, (shown) => shown.waiting.length === 0);
    expect(await isKept()).toBe(false);

    await page.locator('heartbeat-inspector >>> input[type=search]').click({ count: 3 });
    await page.keyboard.press('Backspace');
    const { waiting: others } = await untilShown(page, (shown) => shown.waiting.length >= 3);
    expect(others.map(([path]) => path)).not.toContain('/portfolio/confidential/day-nine/');
  });

  it('sends one row alone, and one that was refused again', async ({ serveFar, device }) => {
    const { server, proxy, page, session, rows } = await inspectRows(serveFar, device, 3);
    const [first, second, third] = rows as [QueuedSpan, QueuedSpan, QueuedSpan];
    await layRows(page, [first, second]);
    await layRows(page, [{ ...third, lastError: 'unknown session' }], 'refused');
    const sent = proxy.seen.length;
    await pressKeys(page);
    await untilShown(page, (shown) => pagesOf(shown.waiting).length === 2 && shown.refused.length === 1);

    await press(page, labelOf(second));
    await untilShown(page, (shown) => pagesOf(shown.waiting).length === 1);
    await press(page, labelOf(third));
    // It waits for a moment before it is sent.
    const shown = await untilShown(
      page,
      ({ refused, waiting }) => refused.length === 0 && pagesOf(waiting).length === 1,
    );
    expect(pagesOf(shown.waiting)).toEqual([first.page]);
    const bodies = proxy.seen.slice(sent).map(({ body }) => JSON.parse(body) as { spans: { page: string }[] });
    // The page that was left may still be delivering its own span.
    const deliveries = bodies.map(({ spans }) => spans.map((span) => span.page));
    expect(deliveries.filter((pages) => pages.some((one) => one !== READ))).toEqual([[second.page], [third.page]]);
    expect(await storedPages(server, session)).toEqual(expect.arrayContaining([second.page, third.page]));
  });

  it('simulates a server error: the row is tried again by itself, and arrives', async ({ serveFar, device }) => {
    const { server, page, session, rows } = await inspectRows(serveFar, device, 1);
    const [row] = rows as [QueuedSpan];
    await layRows(page, rows);
    await pressKeys(page);
    await untilShown(page, (shown) => pagesOf(shown.waiting).length === 1);
    await press(page, 'Server error (500)');

    await untilShown(page, ({ timeline }) => timeline.some((run) => run.at(-1)?.includes('HTTP 500: Simulated')));
    await untilShown(page, ({ delivered }) => pagesOf(delivered).includes(row.page));
    expect(await storedPages(server, session)).toContain(row.page);
  });

  it('simulates a lost answer: stored, sent once more, and stored once', async ({ serveFar, device }) => {
    const { server, page, session, rows } = await inspectRows(serveFar, device, 1);
    const [row] = rows as [QueuedSpan];
    await layRows(page, rows);
    await pressKeys(page);
    await untilShown(page, (shown) => pagesOf(shown.waiting).length === 1);
    await press(page, 'Lost answer');

    await untilShown(page, ({ timeline }) => timeline.some((run) => run.at(-1)?.includes('the answer was lost')));
    expect(await storedPages(server, session)).toContain(row.page);
    await untilShown(page, ({ delivered }) => pagesOf(delivered).includes(row.page));
    expect((await storedPages(server, session)).filter((path) => path === row.page)).toHaveLength(1);
  });

  it('has a menu of failures for the keyboard: Escape closes it, and not the inspector', async ({ server, device }) => {
    const page = await device.newPage();
    await enter(page, server.url);
    await page.goto(`${server.url}${READ}?heartbeat-inspector`);
    await untilShown(page, ({ delivered }) => delivered.length > 0);
    await page.locator('heartbeat-inspector >>> summary').click();
    await page.keyboard.press('Tab');
    const focused = (): Promise<string> =>
      page.evaluate(
        () => document.querySelector('heartbeat-inspector')?.shadowRoot?.activeElement?.textContent?.trim() ?? '',
      );
    expect(await focused()).toBe('Captive portal');
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('Simulate a failure');
    const isOpen = (): Promise<boolean | undefined> =>
      page.evaluate(
        () =>
          document.querySelector('heartbeat-inspector')?.shadowRoot?.querySelector<HTMLDetailsElement>('details')?.open,
      );
    expect(await isOpen()).toBe(false);
    await page.keyboard.press('Escape');
    expect(await isOpen()).toBeUndefined();
  });

  it('zooms the graph to the last minutes', async ({ server, device }) => {
    const page = await device.newPage();
    const session = await enter(page, server.url);
    await page.goto(`${server.url}${READ}?heartbeat-inspector`);
    await untilShown(page, ({ delivered }) => delivered.length > 0);
    await layRows(page, makeRows(1, session, Date.now() - 5 * 60_000));
    const names = (): Promise<string[]> =>
      page.evaluate(() =>
        [
          ...(document.querySelector('heartbeat-inspector')?.shadowRoot?.querySelectorAll('.graph .names li') ?? []),
        ].map((item) => item.textContent ?? ''),
      );
    await until(async () => (await names()).includes('Night handover'));
    await press(page, '1 min');
    await until(async () => !(await names()).includes('Night handover'));
    expect(await names()).toHaveLength(1);
    await press(page, '10 min');
    await until(async () => (await names()).includes('Night handover'));
  });

  it('says where all is well that nothing is stuck', async ({ server, device }) => {
    const page = await device.newPage();
    await enter(page, server.url);
    await page.goto(`${server.url}${READ}?heartbeat-inspector`);
    // The page's first span may be shown as waiting until its receipt is here.
    const { waiting } = await untilShown(
      page,
      ({ summary }) => summary === 'What is being read now goes with the next beat.',
    );
    expect(waiting.map((row) => row.at(-1))).toEqual(['is being read, and goes with the next beat']);
  });

  it('"Simulate offline" keeps page, worker and last words from the network, and ends by itself', async ({
    server,
    proxy,
    device,
  }) => {
    const page = await device.newPage();
    const session = await enter(page, proxy.url);
    await page.goto(`${proxy.url}${READ}?heartbeat-inspector`);
    await untilShown(page, ({ delivered }) => delivered.length > 0);
    await press(page, 'Simulate offline');
    const beganAt = Date.now();
    await untilShown(page, ({ summary }) => summary.startsWith('Offline for show until'));
    const seen = proxy.seen.length;

    await press(page, 'Deliver now');
    const devtools = await page.createCDPSession();
    await devtools.send('ServiceWorker.enable');
    await devtools.send('ServiceWorker.stopAllWorkers');
    await page.evaluate(() => dispatchEvent(new Event('online')));
    await page.goto(`${proxy.url}${NEXT}`);
    await untilShown(
      page,
      ({ waiting, summary }) => waiting.length > 1 && summary.startsWith('Offline for show until'),
    );
    await elapsed(Math.max(0, beganAt + 50_000 - Date.now()));
    expect(proxy.seen.length).toBe(seen);

    await untilShown(page, ({ summary }) => summary.startsWith('Nothing waits'), 30_000);
    expect(Date.now() - beganAt).toBeGreaterThan(59_000);
    const { spans } = await server.session(session);
    expect(new Set(spans.map((span) => span.page))).toEqual(new Set([READ, NEXT]));
  });

  it('offline for show ends at once when asked', async ({ proxy, device }) => {
    const page = await device.newPage();
    await enter(page, proxy.url);
    await page.goto(`${proxy.url}${READ}?heartbeat-inspector`);
    await untilShown(page, ({ waiting, delivered }) => waiting.length > 0 && delivered.length > 0);
    await press(page, 'Simulate offline');
    await untilShown(page, ({ summary }) => summary.startsWith('Offline for show until'));
    await press(page, 'Back online');
    await untilShown(page, ({ summary }) => summary.startsWith('Nothing waits'));
    expect(await page.evaluate(() => document.cookie)).not.toContain('stillhere_offline');
  });

  it('"Copy as JSON" copies all that is shown, but no whole id of a session', async ({ server, device }) => {
    const page = await device.newPage();
    await page.browserContext().overridePermissions(server.url, ['clipboard-read', 'clipboard-write']);
    const session = await enter(page, server.url);
    await page.goto(`${server.url}${READ}?heartbeat-inspector`);
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
    await page.locator('heartbeat-inspector >>> [role=status].said::-p-text(Copied.)').wait();
    await until(() =>
      page.evaluate(
        () => document.querySelector('heartbeat-inspector')?.shadowRoot?.querySelector('.said')?.textContent === '',
      ),
    );
  });

  it('of hundreds of rows an update touches those that changed', async ({ proxy, device }) => {
    const page = await device.newPage();
    const session = await enter(page, proxy.url);
    await page.goto(`${proxy.url}${READ}?heartbeat-inspector`);
    await untilShown(page, ({ delivered }) => delivered.length > 0);
    // So that none of them is tried meanwhile.
    await press(page, 'Simulate offline');
    await untilShown(page, ({ summary }) => summary.startsWith('Offline for show until'));
    await layRows(page, makeRows(480, session, Date.now() - 30_000));
    await untilShown(page, ({ waiting }) => waiting.length > 480);
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
