// The gate's form as a reader uses it. test/systems/gate.test.ts has its way there and back in Firefox and WebKit.
import { ProtocolError } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import { until } from '../helpers/until.ts';

const FIELD = 'input[name=email]';
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
    // As a browser that blocks them: what is set is dropped before the next request. One that waits while the page is closed
    // has nobody left to answer;
    // any other that isn't continued makes the test time out.
    await page.setRequestInterception(true);
    page.on('request', (request) => {
      const { cookie: _, ...headers } = request.headers();
      void devtools
        .send('Network.clearBrowserCookies')
        .then(() => request.continue({ headers }))
        .catch((error: unknown) => {
          if (!(error instanceof ProtocolError)) throw error;
        });
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
