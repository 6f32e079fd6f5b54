// The reader's own view in real Chromium: what was read, as the owner sees it, in the reader's language, and erasing it.
// Screenshots: set OWNER_PICTURES to a folder.
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { openStore } from '../../server/store/open-store.ts';
import type { Sighting } from '../../server/store/session-store.ts';
import { it } from '../helpers/browser-test.ts';
import { enter } from '../helpers/reader.ts';
import { READ, SMALL_SITE } from '../helpers/reading-site.ts';
import { look, readShown } from '../helpers/shown-page.ts';
import { until } from '../helpers/until.ts';

const { textOf, shows } = readShown('stillhere-own-record');
const MINUTE = 60_000;

/** The text of what has the focus. */
const focused = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => document.querySelector('stillhere-own-record')?.shadowRoot?.activeElement?.textContent?.trim());

describe.concurrent('a reader', () => {
  it('sees what is kept, as a picture and as a table, and keeps nothing of it on the device', async ({
    server,
    device,
  }) => {
    const page = await device.newPage();
    await enter(page, server.url);
    await until(async () => (await server.sessions())[0]?.readingTimeMs);
    await page.goto(`${server.url}/access/mine`);
    await shows(page, 'ann@example.com');
    expect(await textOf(page)).toContain('only what was read in this browser since then is shown');
    expect(await textOf(page)).toContain('It is kept until the owner deletes it.');
    await page.locator('stillhere-own-record >>> .visit svg .bar').wait();
    await page.locator('stillhere-own-record >>> .steps summary').click();
    await page.locator('stillhere-own-record >>> .steps td').wait();
    // The build must not lose colours that are only in this page.
    const colours = await page.$eval('stillhere-own-record', (element) =>
      ['--rule', '--tunnel', '--tunnel-soft'].map((name) => {
        const probe = element.shadowRoot?.appendChild(document.createElement('i'));
        if (probe) probe.style.color = `var(${name}, red)`;
        return probe && getComputedStyle(probe).color !== getComputedStyle(element).color;
      }),
    );
    expect(colours).toEqual([true, true, true]);
    await look(page, 'own-record');
    const kept = await page.evaluate(() =>
      JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie]),
    );
    expect(kept).not.toContain('ann@example.com');
  });

  it('of German reads German', async ({ server, device }) => {
    const page = await device.newPage();
    await page.setExtraHTTPHeaders({ 'accept-language': 'de' });
    const session = await enter(page, server.url);
    await page.goto('about:blank');
    const startMs = Date.now();
    const read = (id: string, from: number, to: number, arrived = to): Sighting => ({
      session,
      receivedMs: startMs + arrived * MINUTE,
      span: {
        id,
        page: READ,
        startMs: startMs + from * MINUTE,
        endMs: startMs + to * MINUTE,
        offsetMs: 0,
        isReplayed: arrived > to,
      },
    });
    const store = await openStore(server.storeUrl);
    await store.record([read('one', 1, 4), read('offline', 4, 9, 16)]);
    await store.close();
    await page.goto(`${server.url}/access/mine`);
    await shows(page, 'Es bleibt gespeichert, bis die verantwortliche Person es löscht.');
    await page.locator('stillhere-own-record >>> .tunnel').wait();
    await page.locator('stillhere-own-record >>> .steps summary').click();
    await page.locator('stillhere-own-record >>> .steps td').wait();
    await look(page, 'own-record-de');
  });

  it('erases the record with the keyboard, once that is confirmed, and has no access any more', async ({
    serve,
    device,
  }) => {
    const server = await serve(SMALL_SITE, { READER_ERASE: 'true' });
    const page = await device.newPage();
    await enter(page, server.url);
    await until(async () => (await server.sessions())[0]?.readingTimeMs);
    await page.goto(`${server.url}/access/mine`);
    await shows(page, 'Erase what is kept about me');
    await page.locator('stillhere-own-record >>> button.quiet').wait();
    await page.evaluate(() =>
      document.querySelector('stillhere-own-record')?.shadowRoot?.querySelector<HTMLElement>('button.quiet')?.focus(),
    );
    await page.keyboard.press('Enter');
    await shows(page, 'This can’t be undone.');
    await look(page, 'own-record-erase');
    // The way back has the focus.
    await page.keyboard.press('Enter');
    await until(async () => !(await textOf(page)).includes('This can’t be undone.'));
    expect(await server.sessions()).toHaveLength(1);
    await page.keyboard.press('Enter');
    await shows(page, 'This can’t be undone.');
    await page.keyboard.down('Shift');
    await page.keyboard.press('Tab');
    await page.keyboard.up('Shift');
    await page.setOfflineMode(true);
    await page.keyboard.press('Enter');
    await shows(page, 'It could not be erased.');
    expect(await server.sessions()).toHaveLength(1);
    await page.setOfflineMode(false);
    await page.keyboard.press('Enter');
    await shows(page, 'It is erased, and your access has ended.');
    expect(await focused(page)).toBe('It is erased, and your access has ended.');
    expect(await server.sessions()).toEqual([]);
    await page.reload();
    await shows(page, 'is shown while you have access');
    await look(page, 'own-record-no-access');
  });
});
