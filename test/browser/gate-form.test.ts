// The gate's form as a reader uses it. test/systems/gate.test.ts has its way there and back in Firefox and WebKit.
import { ProtocolError, type Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { passOn } from '../helpers/pass-on.ts';
import { it } from '../helpers/browser-test.ts';
import { findBarriers } from '../helpers/find-barriers.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import { until } from '../helpers/until.ts';

const FIELD = 'input[name=email]';
/** What the reader sees of the form's state, and what a screen reader hears. */
const stateOf = (page: Page) =>
  page.$eval('form button', (button) => ({
    text: button.textContent,
    isDisabled: button.getAttribute('aria-disabled'),
    isBusy: button.closest('form')?.getAttribute('aria-busy'),
  }));

const PLACE = `${READ}?a=1#chapter-3`;

describe.concurrent("the gate's form", () => {
  it('leads to the place in the page that was asked for, also after a refusal and a reload', async ({
    serve,
    device,
  }) => {
    const server = await serve({ [READ]: readPage('<p id="chapter-3">Three</p>') });
    const page = await device.newPage();
    await page.goto(server.url + PLACE);
    await page.type(FIELD, 'no address');
    await Promise.all([page.waitForNavigation(), page.click('form button')]);
    expect(await page.$eval('[role=alert]', (alert) => alert.textContent)).toContain('e-mail address');
    expect(await page.$eval(FIELD, (field) => field.value)).toBe('no address');
    // Its own address again, as from the address bar: a GET.
    const again = await page.goto(page.url());
    expect(again === null || again.status() === 200).toBe(true);
    await page.$eval(FIELD, (field) => (field.value = 'ann@example.com'));
    await Promise.all([page.waitForNavigation(), page.click('form button')]);
    expect(page.url()).toBe(server.url + PLACE);
    expect(await server.sessions()).toHaveLength(1);
  });

  it('is one session when its button is clicked twice', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage('text') });
    const page = await device.newPage();
    await page.goto(server.url + READ);
    await page.type(FIELD, 'ann@example.com');
    await Promise.all([page.waitForNavigation(), page.click('form button', { count: 2, delay: 20 })]);
    await until(() => new URL(page.url()).pathname === READ);
    expect(await server.sessions()).toHaveLength(1);
  });

  it('has the caret behind what was refused', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage('text') });
    const page = await device.newPage();
    await page.goto(server.url + READ);
    await page.type(FIELD, 'ann');
    await Promise.all([page.waitForNavigation(), page.click('form button')]);
    await page.keyboard.type('@example.com');
    expect(await page.$eval(FIELD, (field) => field.value)).toBe('ann@example.com');
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
    expect(page.url()).toBe(server.url + READ);
  });

  it('shows that it is being sent, and is sent once', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage('text') });
    const page = await device.newPage();
    await page.goto(server.url + READ);
    await page.type(FIELD, 'ann@example.com');
    expect(await stateOf(page)).toEqual({ text: 'Continue', isDisabled: 'false', isBusy: 'false' });
    // In one turn, because input waits while a page is being left.
    const [sent, shown] = await Promise.all([
      page.evaluate(() => {
        const prevented: boolean[] = [];
        addEventListener('submit', ({ defaultPrevented }) => prevented.push(defaultPrevented));
        const button = document.querySelector<HTMLButtonElement>('form button');
        for (let time = 0; time < 3; time++) button?.click();
        const form = button?.closest('form');
        return [prevented, [button?.textContent, button?.ariaDisabled, form?.ariaBusy]];
      }),
      page.waitForNavigation(),
    ]).then(([result]) => result);
    expect(sent).toEqual([false, true, true]);
    expect(shown).toEqual(['Opening…', 'true', 'true']);
    expect(page.url()).toBe(server.url + READ);
    expect(await server.sessions()).toHaveLength(1);
  });

  it.for(['is sent if the server answers', 'is held until there is a network'])(
    'where the browser says that it is offline, %s',
    async (how, { serve, device }) => {
      const server = await serve({ [READ]: readPage('text') });
      const page = await device.newPage();
      await page.goto(server.url + READ);
      await page.type(FIELD, 'ann@example.com');
      if (how === 'is sent if the server answers') {
        // As a browser may say on a machine whose only network is its own.
        await page.evaluate(() => Object.defineProperty(navigator, 'onLine', { value: false }));
        await Promise.all([page.waitForNavigation(), page.click('form button')]);
      } else {
        await page.setOfflineMode(true);
        for (let time = 0; time < 2; time++) {
          await page.click('form button');
          await until(async () => (await page.$$eval('[role=alert]', (alerts) => alerts.length)) === 1);
        }
        expect(await stateOf(page)).toEqual({ text: 'Continue', isDisabled: 'false', isBusy: 'false' });
        await page.setOfflineMode(false);
        await until(async () => (await page.$('[role=alert]')) === null);
        await Promise.all([page.waitForNavigation(), page.click('form button')]);
      }
      expect(page.url()).toBe(server.url + READ);
      expect(await server.sessions()).toHaveLength(1);
    },
  );

  it.for(['is shown again', 'was stopped'])('can be sent again when the page %s', async (how, { serve, device }) => {
    const server = await serve({ [READ]: readPage('text') });
    const page = await device.newPage();
    await page.goto(server.url + READ);
    await page.type(FIELD, 'ann@example.com');
    // As with Escape: the browser sends it, but doesn't leave the page.
    await page.evaluate(() => addEventListener('submit', (event) => event.preventDefault(), { once: true }));
    await page.click('form button');
    expect(await stateOf(page)).toMatchObject({ text: 'Opening…' });
    // Chromium keeps no page in its back/forward cache that says `no-store`; Safari does.
    if (how === 'is shown again')
      await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    else await until(async () => (await stateOf(page)).text === 'Continue');
    expect(await stateOf(page)).toEqual({ text: 'Continue', isDisabled: 'false', isBusy: 'false' });
    await Promise.all([page.waitForNavigation(), page.click('form button')]);
    expect(page.url()).toBe(server.url + READ);
  });

  it.for([
    ['en', 'This app does not share'],
    ['de', 'Diese App hat einen eigenen Zugang'],
  ] as const)(
    'says in an app on iOS that it has an access of its own: %s',
    async ([language, beginning], { serve, device }) => {
      const server = await serve({ [READ]: readPage('text') });
      const page = await device.newPage();
      await page.setExtraHTTPHeaders({ 'accept-language': language });
      await page.goto(server.url + READ);
      expect(await page.$eval('#installed', (note) => note.checkVisibility())).toBe(false);
      await page.evaluateOnNewDocument(() => Object.assign(navigator, { standalone: true }));
      await page.goto(server.url + READ);
      expect(await page.$eval('#installed', (note) => note.checkVisibility() && note.textContent)).toContain(beginning);
      expect(await page.$eval(FIELD, (field) => field.getAttribute('aria-describedby'))).toBe('installed');
      expect(await findBarriers(page)).toEqual([]);
      await page.type(FIELD, 'ann');
      await Promise.all([page.waitForNavigation(), page.click('form button')]);
      expect(await page.$eval(FIELD, (field) => field.getAttribute('aria-describedby'))).toBe('reason installed');
    },
  );

  it('is not shown to a reader who has access', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage('text') });
    const page = await device.newPage();
    await page.goto(server.url + READ);
    await page.type(FIELD, 'ann@example.com');
    await Promise.all([page.waitForNavigation(), page.click('form button')]);
    await page.goto(`${server.url}/access?next=${encodeURIComponent(READ)}`);
    expect(page.url()).toBe(server.url + READ);
  });

  it('says what is wrong where the browser keeps no cookies', async ({ serve, device }) => {
    const server = await serve({ [READ]: readPage('text') });
    const page = await device.newPage();
    const devtools = await page.createCDPSession();
    await devtools.send('Emulation.setDocumentCookieDisabled', { disabled: true });
    await devtools.send('Network.enable');
    // As a browser that blocks them: what is set is dropped before the next request.
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      const { cookie: _, ...headers } = request.headers();
      void devtools
        .send('Network.clearBrowserCookies')
        .catch((error: unknown) => {
          if (!(error instanceof ProtocolError)) throw error;
        })
        .then(() => passOn(request, { headers }));
    });
    for (let time = 0; time < 2; time++) {
      await page.goto(server.url + READ);
      await page.type(FIELD, 'ann@example.com');
      await Promise.all([page.waitForNavigation(), page.click('form button')]);
      await until(async () => /cookie/i.test((await page.$eval('[role=alert]', (alert) => alert.textContent)) ?? ''));
    }
    // The first form again makes no third session.
    await page.type(FIELD, 'ann@example.com');
    await Promise.all([page.waitForNavigation(), page.click('form button')]);
    expect(await server.sessions()).toHaveLength(2);
  });
});
