// One heartbeat in a page, however many copies of the library and however many elements there are, and wherever they go.
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import type { Heartbeat } from '../../client/heartbeat.ts';
import { it } from '../helpers/browser-test.ts';
import { openAndListen } from '../helpers/host-page.ts';
import { enter } from '../helpers/reader.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import type { StillhereServer } from '../helpers/stillhere-server.ts';
import { elapsed, until } from '../helpers/until.ts';

const ELEMENT = 'session-heartbeat';
const MEANWHILE_MS = 1_500;

/** What the server knows, once it knows of so much reading. */
async function untilRead(server: StillhereServer, id: string, ms: number) {
  return until(async () => {
    const session = await server.session(id);
    return (session.readingTimeMs ?? 0) >= ms && session;
  });
}

const isRunning = (page: Page): Promise<boolean> =>
  page.evaluate(() => Symbol.for('stillhere') in window && window[Symbol.for('stillhere') as never] !== undefined);

describe.concurrent('one heartbeat', () => {
  it('of two copies of the library and three elements', async ({ serve, device }) => {
    // Another address is another copy to a browser.
    const again = `<script type="module">
      import { startHeartbeat } from '/stillhere.js?again';
      window.again = startHeartbeat({ tick: 250, interval: 1000 });
    </script>`;
    const element = `<${ELEMENT} tick="250" interval="1000"></${ELEMENT}>`;
    const server = await serve({ [READ]: readPage(element + element, 'tick="250" interval="1000"', again) });
    const { page, heard } = await openAndListen(device);
    const id = await enter(page, server.url);

    const session = await untilRead(server, id, MEANWHILE_MS);
    expect(session.spans).toHaveLength(1);
    const heartbeats = await page.evaluate(
      (name) =>
        new Set([
          (window as unknown as { again: Heartbeat }).again,
          ...Array.from(document.querySelectorAll(name), (one) => (one as { heartbeat?: Heartbeat }).heartbeat),
        ]).size,
      ELEMENT,
    );
    expect(heartbeats).toBe(1);
    expect(heard).toEqual([]);
  });

  it('goes on when its element is moved, or replaced with the page around it, and ends with the last one', async ({
    serve,
    device,
  }) => {
    const server = await serve({ [READ]: readPage('<main></main>', 'tick="250" interval="1000"') });
    const { page } = await openAndListen(device);
    const id = await enter(page, server.url);
    await until(async () => (await server.session(id)).spans.length === 1);

    await page.evaluate((name) => document.querySelector('main')?.append(document.querySelector(name) ?? ''), ELEMENT);
    await page.evaluate(() => document.body.replaceWith(document.body.cloneNode(true)));
    await page.evaluate((name) => {
      document.body.append(document.createElement(name));
      document.querySelector(name)?.remove();
    }, ELEMENT);
    await elapsed(MEANWHILE_MS);
    expect(await isRunning(page)).toBe(true);
    expect((await untilRead(server, id, MEANWHILE_MS)).spans).toHaveLength(1);

    await page.evaluate((name) => document.querySelector(name)?.remove(), ELEMENT);
    await until(async () => !(await isRunning(page)));
    const end = await until(async () => (await server.session(id)).sessionEndTime);
    await elapsed(MEANWHILE_MS);
    expect(Date.parse((await server.session(id)).sessionEndTime ?? '') - Date.parse(end)).toBeLessThan(MEANWHILE_MS);
  });
});
