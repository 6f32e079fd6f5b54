// The heartbeat as a server puts it in: a script early in the page, the element at its end. Reading begins with the first paint.
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { enter } from '../helpers/reader.ts';
import { READ } from '../helpers/reading-site.ts';
import { SlowPages } from '../helpers/slow-pages.ts';
import { elapsed, until } from '../helpers/until.ts';

const READ_MS = 3_000;
const SCRIPT = '<script type="module" async src="/stillhere.js" data-stillhere-start data-worker="none"></script>';
const ELEMENT = '<session-heartbeat worker="none"></session-heartbeat>';
const TEXT = '<p>A long text.</p>'.repeat(100);
const page = (head: string, element = ELEMENT): string =>
  `<!doctype html><title>A page</title>${head}<body>${TEXT}<!-- rest -->${TEXT}${element}</body>`;

const SLOW = `${READ}slow/`;
const site = { [READ]: page(''), [SLOW]: page(SCRIPT) };

/** Passes the gate and asks for the slow page, which does not come to its end. */
async function ask(tab: Page, url: string): Promise<string> {
  const id = await enter(tab, url);
  void tab.goto(url + SLOW).catch(() => {});
  return id;
}

describe.concurrent('a page whose end has not come', () => {
  it('is read from its first paint on, also if the reader leaves before it is whole', async ({ serve, device }) => {
    const server = await serve(site);
    const network = await SlowPages.start(
      server.url,
      (path) => path === SLOW,
      (html) => html.indexOf('<!-- rest -->'),
    );
    const tab = await device.newPage();
    const id = await ask(tab, network.url);
    await until(async () => (await server.session(id)).spans.some((span) => span.page === SLOW));
    await elapsed(READ_MS);
    await tab.goto('about:blank').catch(() => {});

    await until(async () => ((await server.session(id)).readingTimeMs ?? 0) >= READ_MS);
    network.stop();
  });

  it('counts nothing where nothing of it can be seen', async ({ serve, device }) => {
    const server = await serve(site);
    const network = await SlowPages.start(
      server.url,
      (path) => path === SLOW,
      (html) => html.indexOf('<body>'),
    );
    const tab = await device.newPage();
    const id = await ask(tab, network.url);
    await until(() => tab.evaluate(() => Boolean(customElements.get('session-heartbeat'))));
    await elapsed(READ_MS);
    expect((await server.session(id)).spans.filter((span) => span.page === SLOW)).toEqual([]);
    const wholeAt = Date.now();
    network.letThrough();

    const span = await until(async () => (await server.session(id)).spans.find((one) => one.page === SLOW));
    expect(Date.parse(span.start)).toBeGreaterThan(wholeAt - 500);
    network.stop();
  });
});

describe.concurrent('the early heartbeat', () => {
  it('is shared by the element of the server', async ({ serve, device }) => {
    const server = await serve({ [READ]: page(SCRIPT) });
    const tab = await device.newPage();
    const id = await enter(tab, server.url);
    await until(async () => ((await server.session(id)).readingTimeMs ?? 0) > READ_MS);
    expect((await server.session(id)).spans).toHaveLength(1);
  });

  it('gives way to an element that a script of the page puts in', async ({ serve, device }) => {
    const server = await serve({ [READ]: page(SCRIPT, ''), [`${READ}two/`]: page(SCRIPT, '') });
    const tab = await device.newPage();
    const id = await enter(tab, server.url);
    await until(async () => (await server.session(id)).spans.length === 1);
    await tab.evaluate(() => {
      document.body.innerHTML += '<session-heartbeat tick="200" idle-after="1000"></session-heartbeat>';
    });
    await until(() => tab.$eval('session-heartbeat', (element) => !element.heartbeat?.status().isReading));

    await tab.goto(`${server.url}${READ}two/`);
    await until(async () => (await server.session(id)).spans.at(-1)?.page === `${READ}two/`);
    await tab.evaluate(() => {
      document.body.innerHTML += '<session-heartbeat deliver-only></session-heartbeat>';
    });
    const spans = await until(async () => {
      const { spans: found } = await server.session(id);
      return Date.parse(found.at(-1)?.end ?? '') > Date.parse(found.at(-1)?.start ?? '') && found;
    });
    await elapsed(READ_MS);
    expect((await server.session(id)).spans).toEqual(spans);
  });
});
