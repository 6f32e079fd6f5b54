// The owner's pages in real Chromium: the login by a link, and a reader who arrives, reads, enters a tunnel and leaves, without a
// reload of the owner's page. Screenshots: set OWNER_PICTURES to a folder.
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { openStore } from '../../server/store/open-store.ts';
import { it } from '../helpers/browser-test.ts';
import { openPageApart } from '../helpers/chromium.ts';
import { findBarriers } from '../helpers/find-barriers.ts';
import { addMonth, makeLink } from '../helpers/owner.ts';
import { passOn } from '../helpers/pass-on.ts';
import { readPage, READ } from '../helpers/reading-site.ts';
import { OWNER_TOKEN } from '../helpers/stillhere-server.ts';
import { enter } from '../helpers/reader.ts';
import { look, pictureOf, readShown } from '../helpers/shown-page.ts';
import { NOTHING_KEPT } from '../helpers/nothing-kept.ts';
import { until } from '../helpers/until.ts';

const { textOf, shows } = readShown('stillhere-owner');

/** What `lengthOf` has written, in seconds. */
function toSeconds(length: string): number {
  const units = { h: 3_600, min: 60, s: 1 };
  return [...length.matchAll(/(\d+) (h|min|s)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * units[unit as keyof typeof units],
    0,
  );
}

/** Waits until the heading that begins like this has the focus. */
const hasFocus = (page: Page, text: string): Promise<boolean> =>
  until(() =>
    page.evaluate((beginning) => {
      const focused = document.querySelector('stillhere-owner')?.shadowRoot?.activeElement;
      return focused?.localName === 'h1' && focused.textContent.trim().startsWith(beginning);
    }, text),
  );

describe.concurrent('the owner', () => {
  it('sees a reader arrive, read, enter a tunnel and leave, without a reload', async ({
    serveFar,
    device,
    browser,
  }) => {
    const { server, proxy } = await serveFar({ [READ]: readPage('text', 'tick="250" interval="1000"') });
    const owner = await openPageApart(browser);
    await owner.goto(await makeLink(server));
    await shows(owner, 'Nobody has passed the gate yet');
    expect(owner.url()).toBe(`${server.url}/owner`);

    const page = await device.newPage();
    const id = await enter(page, proxy.url);
    await shows(owner, 'One person is reading now');
    await shows(owner, 'ann@example.com');
    await owner.locator('stillhere-owner >>> a.card').click();
    await shows(owner, 'Reading now');
    expect(owner.url()).toBe(`${server.url}/owner/sessions/${(await server.session(id)).ref}`);

    await until(async () => ((await server.session(id)).readingTimeMs ?? 0) > 1_000);
    await proxy.stop();
    const stoppedAt = await page.evaluate(() => performance.now());
    await until(async () => (await page.evaluate(() => performance.now())) > stoppedAt + 4_000);
    await proxy.reopen();
    await shows(owner, 'of it offline');
    await page.close();
    await shows(owner, 'when the page said goodbye');
    expect(await owner.evaluate(() => performance.getEntriesByType('navigation').length)).toBe(1);
  });

  it('has no barriers in any view, by keyboard, with a month of readers', async ({ server, browser }) => {
    await addMonth(server);
    const page = await openPageApart(browser);
    await page.goto(`${server.url}/owner`);
    await shows(page, 'This page is for the owner');
    expect(await findBarriers(page, pictureOf('login'))).toEqual([]);

    await page.goto(await makeLink(server));
    await page.reload();
    await shows(page, '2 people are reading now');
    await look(page, 'sessions');
    await page.keyboard.press('Tab');
    // The zone, the login's end, six sections, and the first reader.
    for (let nth = 0; nth < 9; nth++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await shows(page, 'All sessions');
    await hasFocus(page, 'jade.okafor');
    await look(page, 'session');
    await page.goBack();
    await shows(page, '2 people are reading now');
    await hasFocus(page, '2 people are reading now');

    await page.locator('stillhere-owner >>> tr:has(.offline) a[title^="friederike.brandt"]').click();
    await shows(page, 'of it offline');
    await shows(page, 'arrived 4 min later');
    await page.setViewport({ width: 1_000, height: 910 });
    expect(await findBarriers(page, pictureOf('readme'))).toEqual([]);
    await look(page, 'tunnel');
    await page.locator('stillhere-owner >>> .steps summary').click();
    await shows(page, 'the page said goodbye');
    await look(page, 'tunnel-as-table');
  });

  it('sees what each reader read, how each page was read, and each day', async ({ server, browser }) => {
    await addMonth(server);
    const page = await openPageApart(browser);
    await page.goto(await makeLink(server));
    await shows(page, '2 people are reading now');
    const click = (text: string): Promise<void> => page.locator(`stillhere-owner >>> ::-p-text(${text})`).click();

    await click('Readers');
    await shows(page, 'Last seen');
    await look(page, 'readers');
    await page.locator('stillhere-owner >>> thead a[href$=reading]').click();
    await until(() => page.url().endsWith('?sort=reading'));
    await click('friederike.brandt@stadtbahn-west.example');
    await shows(page, 'read in all');
    expect(page.url()).not.toContain('friederike');
    await shows(page, 'Night handover');
    await look(page, 'reader');

    await click('Pages');
    await shows(page, 'Median');
    await look(page, 'pages');
    await click('Four minutes');
    await shows(page, 'How long it was read');
    await look(page, 'page');

    await click('Days');
    await shows(page, 'in the last 30 days');
    await look(page, 'days');
    await click('Earlier');
    await shows(page, 'Latest');
  });

  it('keeps a session, or all of a reader, out of the totals, and counts them again', async ({ server, browser }) => {
    await addMonth(server);
    const page = await openPageApart(browser);
    // Where the page is narrow, the middle of a link can be cut off.
    await page.setViewport({ width: 1_280, height: 900 });
    await page.goto(await makeLink(server));
    const toggle = (): Promise<void> => page.locator('stillhere-owner >>> .exclusion button').click();
    await page.locator('stillhere-owner >>> tr:has(.offline) a').click();
    await shows(page, 'Keep this session out of the totals');
    await toggle();
    await shows(page, 'This session is not counted in the totals.');
    await page.goto(`${server.url}/owner`);
    await shows(page, 'not counted');
    await page.locator('stillhere-owner >>> tr:has(.excluded) a').click();
    await shows(page, 'Count it again');
    await toggle();
    await shows(page, 'Keep this session out of the totals');

    await page.locator('stillhere-owner >>> h1 a').click();
    await shows(page, 'This is me: keep my sessions out of the totals');
    await toggle();
    await shows(page, 'This reader is not counted in the totals.');
    await toggle();
    await shows(page, 'This is me');
  });

  it('erases a reader after a question, and shows what went', async ({ server, browser }) => {
    await addMonth(server);
    const page = await openPageApart(browser);
    await page.setViewport({ width: 1_280, height: 900 });
    await page.goto(await makeLink(server));
    await page.locator('stillhere-owner >>> tr:has(.offline) a').click();
    await page.locator('stillhere-owner >>> h1 a').click();
    const button = (name: string): Promise<void> => page.locator(`stillhere-owner >>> ::-p-text(${name})`).click();
    const address = await until(
      async () => /[\w.-]+@[\w.-]+/.exec((await textOf(page)).split('First seen')[0] ?? '')?.[0],
    );

    await button('Erase this reader');
    await shows(page, 'It can’t be undone.');
    await look(page, 'erase');
    await page.setViewport({ width: 1_280, height: 900 });
    await button('Cancel');
    await until(async () => !(await textOf(page)).includes('It can’t be undone.'));
    await button('Erase this reader');
    await button('Erase for good');
    await shows(page, 'Backups keep what they have.');
    await hasFocus(page, 'Erased');
    expect(await textOf(page)).toMatch(/Erased Deleted .+: \d+ sessions? with \d+ stretch(es)? of reading\. /);
    await look(page, 'erased');
    const store = await openStore(server.storeUrl);
    expect(await store.erasures.preview(address, Date.now())).toEqual(NOTHING_KEPT);
    await store.close();
    await page.goto(`${server.url}/owner/readers`);
    await shows(page, 'Last seen');
    expect(await textOf(page)).not.toContain(address);
  });

  it('sorts sessions by their headings, with the keyboard, and downloads what is listed', async ({
    server,
    browser,
  }) => {
    await addMonth(server);
    const page = await openPageApart(browser);
    await page.setViewport({ width: 1_280, height: 900 });
    await page.goto(await makeLink(server));
    await shows(page, '2 people are reading now');
    const columnOf = (kind: string): Promise<string[]> =>
      page.evaluate(
        (cells) =>
          [...(document.querySelector('stillhere-owner')?.shadowRoot?.querySelectorAll(cells) ?? [])].map(
            (cell) => cell.textContent?.trim() ?? '',
          ),
        `tbody .${kind}`,
      );
    await page.locator('stillhere-owner >>> .sessions thead .number a').click();
    await until(() => page.url().endsWith('/owner?sort=reading'));
    await shows(page, 'Read ↓');
    const lengths = (await columnOf('number')).map(toSeconds);
    expect(lengths.length).toBeGreaterThan(20);
    // Sessions of less than 5 s were only opened. They come last, in any order.
    const read = lengths.filter((length) => length >= 5);
    expect(lengths.slice(0, read.length)).toEqual(read.toSorted((one, other) => other - one));
    await look(page, 'sorted');

    await page.locator('stillhere-owner >>> .sessions thead .when a:last-of-type').wait();
    await page.evaluate(() => {
      const root = document.querySelector('stillhere-owner')?.shadowRoot;
      root?.querySelector<HTMLElement>('.sessions thead .when a:last-of-type')?.focus();
    });
    await page.keyboard.press('Enter');
    await until(() => page.url().endsWith('/owner?sort=end'));
    await shows(page, 'End ↓');

    await page.goto(`${server.url}/owner?q=friederike&sort=reading`);
    await shows(page, 'Download these as CSV');
    const csv = await page.evaluate(async () => {
      const root = document.querySelector('stillhere-owner')?.shadowRoot;
      const link = root?.querySelector<HTMLAnchorElement>('a[download]');
      return (await fetch(link?.href ?? '')).text();
    });
    const readers = csv
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(',')[1]);
    expect(new Set(readers)).toEqual(new Set(['friederike.brandt@stadtbahn-west.example']));
    expect(readers.length).toBe((await columnOf('number')).length);
  });

  it('counts a reader again from the list of those who are not counted', async ({ server, browser }) => {
    await addMonth(server);
    const page = await openPageApart(browser);
    await page.setViewport({ width: 1_280, height: 900 });
    await page.goto(await makeLink(server));
    await shows(page, '2 people are reading now');
    const ask = (path: string, method: string): Promise<number> =>
      page.evaluate(async (to, how) => (await fetch(to, { method: how })).status, path, method);
    expect(await ask('/api/readers/friederike.brandt@stadtbahn-west.example/excluded', 'PUT')).toBe(200);
    await page.goto(`${server.url}/owner/readers`);
    await shows(page, 'Not counted: 1');
    await page.locator('stillhere-owner >>> .opened:last-of-type summary').click();
    await look(page, 'not-counted');
    await page.locator('stillhere-owner >>> .opened button').click();
    await until(async () => !(await textOf(page)).includes('Not counted'));
  });

  it('is told what to do where nothing was read yet', async ({ server, browser }) => {
    const page = await openPageApart(browser);
    await page.goto(await makeLink(server));
    await shows(page, 'Nobody has passed the gate yet');
    await look(page, 'empty-sessions');
    for (const [section, text] of [
      ['Readers', 'Whoever reads a page behind the gate'],
      ['Pages', 'as soon as somebody reads one'],
      ['Days', 'Nothing was read'],
    ] as const) {
      await page.locator(`stillhere-owner >>> ::-p-text(${section})`).click();
      await shows(page, text);
      await look(page, `empty-${section.toLowerCase()}`);
    }
  });

  it('filters the sessions, and reads all times in a zone of choice, both kept in the address', async ({
    server,
    browser,
  }) => {
    await addMonth(server);
    const page = await openPageApart(browser);
    await page.goto(await makeLink(server));
    await shows(page, '2 people are reading now');
    await page.locator('stillhere-owner >>> .search summary').click();
    await page.locator('stillhere-owner >>> input[name=q]').fill('friederike');
    await page.keyboard.press('Enter');
    await until(() => page.url().endsWith('/owner?q=friederike'));
    await until(async () => !(await textOf(page)).includes('ines.halloran'));
    await shows(page, 'friederike.brandt@stadtbahn-west.example');
    await look(page, 'filtered');

    const timesOf = (): Promise<string> =>
      page.evaluate(
        () =>
          document.querySelector('stillhere-owner')?.shadowRoot?.querySelector('td.when')?.textContent?.trim() ?? '',
      );
    const before = await timesOf();
    await page.locator('stillhere-owner >>> .zone select').fill('Asia/Tokyo');
    await until(async () => (await timesOf()) !== before);
    await page.reload();
    await until(async () => (await timesOf()) !== '' && (await timesOf()) !== before);

    await page.locator('stillhere-owner >>> input[name=q]').fill('nobody reads under this name');
    await page.keyboard.press('Enter');
    await shows(page, 'Nothing matches.');
    expect(page.url()).toContain('zone=');
    await page.goto(`${server.url}/owner?from=yesterday`);
    await shows(page, 'from: must be a date like');
  });

  it('sees who arrives, where sessions change faster than the page loads them', async ({ serve, browser }) => {
    const server = await serve({ [READ]: readPage('text') }, { LIMIT_GATE: '0' });
    const arrive = (email: string): Promise<unknown> =>
      fetch(`${server.url}/api/verify-temp-access`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email }),
      });
    const page = await openPageApart(browser);
    await page.goto(await makeLink(server));
    await shows(page, 'Nobody has passed the gate yet');
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      const isSlow = request.url().includes('/api/sessions');
      void delay(isSlow ? 1_500 : 0).then(() => passOn(request));
    });
    const over = new AbortController();
    const arriveOften = async (): Promise<void> => {
      for (; !over.signal.aborted; await delay(200)) await arrive('crowd@example.com');
    };
    const crowd = arriveOften();
    try {
      await arrive('ann@example.com');
      await shows(page, 'ann@example.com');
    } finally {
      over.abort();
      await crowd;
    }
  });

  it('finds sessions beyond the first hundred', async ({ serve, browser }) => {
    const server = await serve({ [READ]: readPage('text') });
    const store = await openStore(server.storeUrl);
    const startMs = Date.now() - 3_600_000;
    for (let nth = 0; nth < 101; nth++)
      await store.createSession({ id: `s${nth}`, email: `reader-${nth}@example.com`, startMs: startMs + nth });
    await store.close();
    const page = await openPageApart(browser);
    await page.goto(await makeLink(server));
    await shows(page, 'reader-100@example.com');
    expect(await textOf(page)).not.toContain('reader-0@example.com');
    await page.locator('stillhere-owner >>> ::-p-text(Older sessions)').click();
    await shows(page, 'reader-0@example.com');
  });

  it('finds what a search of 2,000 sessions has not found', async ({ serve, browser }) => {
    const server = await serve({ [READ]: readPage('text') });
    const store = await openStore(server.storeUrl);
    const startMs = Date.now() - 3_600_000;
    for (let nth = 0; nth < 2_100; nth++)
      await store.createSession({ id: `s${nth}`, email: `reader-${nth}@example.com`, startMs: startMs + nth });
    await store.close();
    const page = await openPageApart(browser);
    await page.goto(await makeLink(server));
    await shows(page, 'Nobody is reading right now');
    await page.goto(`${server.url}/owner?q=reader-7@`);
    await shows(page, 'reader-7@example.com');
  });

  it('is told when a link was used, and when the server is gone', async ({ serve, browser }) => {
    const server = await serve({ [READ]: readPage('text') });
    const page = await openPageApart(browser);
    const link = await makeLink(server);
    await page.goto(link);
    await shows(page, 'Nobody is reading right now');
    const other = await openPageApart(browser);
    await other.goto(link);
    await shows(other, 'This link has been used');
    expect(other.url()).toBe(`${server.url}/owner`);

    await server.stop();
    await shows(page, 'Trying again');
    await server.start();
    await until(async () => !(await textOf(page)).includes('Trying again'));
  });

  it('logs in by the token, which gets into no address', async ({ server, browser }) => {
    const page = await openPageApart(browser);
    await page.goto(`${server.url}/owner`);
    await page.locator('stillhere-owner >>> #token').fill(OWNER_TOKEN);
    await page.keyboard.press('Enter');
    await shows(page, 'Nobody has passed the gate yet');
    expect(page.url()).toBe(`${server.url}/owner`);
    expect(await page.evaluate(() => history.length)).toBe(2);
  });

  it('has the pages at a path of choice', async ({ serve, browser }) => {
    const server = await serve({ [READ]: readPage('text') }, { OWNER_PATH: '/desk/readers' });
    await addMonth(server);
    const page = await openPageApart(browser);
    // Where the page is narrow, the middle of a link can be cut off.
    await page.setViewport({ width: 1_280, height: 900 });
    await page.goto((await makeLink(server)).replace('/owner#', '/desk/readers#'));
    await shows(page, '2 people are reading now');
    const here = (path: string): Promise<boolean> => until(() => page.url() === `${server.url}/desk/readers${path}`);
    for (const [section, path] of [
      ['Readers', '/readers'],
      ['Pages', '/pages'],
      ['Days', '/days'],
      ['Share', '/share'],
      ['Sessions', ''],
    ] as const) {
      await page.locator(`stillhere-owner >>> ::-p-text(${section})`).click();
      await here(path);
    }
    await page.locator('stillhere-owner >>> .search summary').click();
    await page.locator('stillhere-owner >>> input[name=q]').fill('friederike');
    await page.keyboard.press('Enter');
    await here('?q=friederike');
    await until(async () => !(await textOf(page)).includes('ines.halloran'));
    await page.locator('stillhere-owner >>> tbody a').click();
    await shows(page, 'All sessions');
    await page.reload();
    await page.locator('stillhere-owner >>> h1 a').click();
    await shows(page, 'read in all');
    expect(page.url()).toMatch(/\/desk\/readers\/readers\/[\w-]{16}$/);
    const links = await page.evaluate(() =>
      [...(document.querySelector('stillhere-owner')?.shadowRoot?.querySelectorAll('a') ?? [])].map(
        ({ pathname }) => pathname,
      ),
    );
    // The downloads are the API's.
    const expected = /^\/(?:desk\/readers|api\/(?:sessions\.csv|readers\/[\w-]+\/export)$)/;
    for (const link of links) expect(link).toMatch(expected);
  });
});
