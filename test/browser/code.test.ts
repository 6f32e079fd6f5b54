// Codes by mail as a reader uses them, with a real mail server. With GATE_PICTURES=<folder> the pages are written there.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it as base } from '../helpers/browser-test.ts';
import { launchChromium } from '../helpers/chromium.ts';
import { codeIn, mailsCodes, wrongFor } from '../helpers/codes-by-mail.ts';
import { FaultProxy } from '../helpers/fault-proxy.ts';
import { findBarriers } from '../helpers/find-barriers.ts';
import { findMisfits } from '../helpers/find-misfits.ts';
import { MailServer } from '../helpers/mail-server.ts';
import { CASE_STUDY } from '../helpers/reader.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

const FOLDER = process.env['GATE_PICTURES'];
const ANN = 'ann@example.com';
const SITE = { [READ]: readPage('<p id="chapter-3">Three</p>') };
const PLACE = `${READ}?a=1#chapter-3`;
const WIDTHS = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 800 } };

const it = base.extend<{ smtp: MailServer; environment: NodeJS.ProcessEnv }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the parameter's text
  smtp: async ({}, use) => {
    const smtp = await MailServer.start();
    await use(smtp);
    await smtp.stop();
  },
  // Its address is another one than the browser's.
  environment: ({ smtp }, use) => use({ ...mailsCodes(smtp), PUBLIC_URL: '', OWNER_NAME: 'Jane Doe' }),
});

const codeOf = async (smtp: MailServer, nth = 0): Promise<string> => codeIn(await until(() => smtp.mails[nth]));
const alertOf = (page: Page): Promise<string> => page.$eval('[role=alert]', (alert) => alert.textContent);
const focused = (page: Page): Promise<string | undefined> => page.evaluate(() => document.activeElement?.id);

async function submit(page: Page, field: '#email' | '#code', text: string): Promise<void> {
  await page.type(field, text);
  await Promise.all([page.waitForNavigation(), page.click('form button')]);
}

/** A window without tabs and address bar, as of an app that was installed. */
async function openApp(profile: string, url: string): Promise<{ app: Browser; page: Page }> {
  const app = await launchChromium(profile, [`--app=${url}`]);
  const page = await until(async () => (await app.pages()).find((one) => one.url().startsWith(new URL(url).origin)));
  expect(await page.evaluate(() => matchMedia('(display-mode: standalone)').matches)).toBe(true);
  return { app, page };
}

async function look(page: Page, name: string): Promise<void> {
  expect(await findMisfits(page)).toEqual([]);
  for (const [width, viewport] of Object.entries(WIDTHS)) {
    await page.setViewport(viewport);
    expect([width, await findBarriers(page, FOLDER && join(FOLDER, `${name}-${width}`))]).toEqual([width, []]);
  }
}

describe.concurrent('a code by mail', () => {
  it('leads to the place in the page that was asked for, also after a refusal and a reload', async ({
    serve,
    device,
    smtp,
    environment,
  }) => {
    const server = await serve(SITE, environment);
    const page = await device.newPage();
    const trouble: string[] = [];
    page.on('pageerror', (error) => trouble.push(String(error)));
    await page.goto(server.url + PLACE);
    await submit(page, '#email', ANN);
    expect(page.url()).not.toContain('example.com');
    expect(await page.evaluate(() => document.cookie)).toBe('');
    const code = await codeOf(smtp);
    await submit(page, '#code', wrongFor(code));
    expect(await alertOf(page)).toContain('This code is not right');
    expect([await focused(page), await page.$eval('#code', (field) => (field as HTMLInputElement).value)]).toEqual([
      'code',
      '',
    ]);
    // As from the address bar: a GET.
    const place = page.url();
    await page.goto('about:blank');
    await page.goto(place);
    expect(await page.$('[role=alert]')).toBeNull();
    await submit(page, '#code', code);
    expect(page.url()).toBe(server.url + PLACE);
    expect(await server.sessions()).toMatchObject([{ emailOfAccessor: ANN, identity: 'confirmed' }]);
    expect(trouble).toEqual([]);
  });

  it('can be asked for, entered and asked for again by keyboard alone', async ({
    serve,
    device,
    smtp,
    environment,
  }) => {
    const server = await serve(SITE, environment);
    const page = await device.newPage();
    await page.goto(server.url + READ);
    await page.keyboard.type(ANN);
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
    expect(await focused(page)).toBe('code');
    // Continue, then the other button.
    for (let time = 0; time < 2; time++) await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Send a new code');
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
    expect(await alertOf(page)).toMatch(/Please wait \d+ seconds/);
    await page.keyboard.type(await codeOf(smtp));
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
    expect(page.url()).toBe(server.url + READ);
  });

  it('works in an installed app, also if the system ends it while its reader looks into the mailbox', async ({
    serve,
    smtp,
    environment,
  }) => {
    const server = await serve(SITE, environment);
    const profile = await mkdtemp(join(tmpdir(), 'stillhere-app-'));
    const first = await openApp(profile, server.url + READ);
    await first.page.waitForSelector('#email');
    await submit(first.page, '#email', ANN);
    const place = first.page.url();
    await first.app.close();
    const { app, page } = await openApp(profile, place);
    await page.waitForSelector('#code');
    await submit(page, '#code', await codeOf(smtp));
    expect(page.url()).toBe(server.url + READ);
    await app.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  it('works in an app that was opened without a network, and that loses it again before the code is entered', async ({
    smtp,
    environment,
  }) => {
    const server = await StillhereServer.startInTest(environment);
    const network = await FaultProxy.start(server.url);
    const profile = await mkdtemp(join(tmpdir(), 'stillhere-app-'));
    const browser = await launchChromium(profile);
    const tab = await browser.newPage();
    await tab.goto(network.url);
    // Then the public pages are on the device.
    await tab.evaluate(async () => void (await navigator.serviceWorker.ready));
    await browser.close();

    await network.stop();
    const { app, page } = await openApp(profile, network.url);
    await page.waitForSelector('.call .button');
    await Promise.all([page.waitForNavigation(), page.goto(network.url + CASE_STUDY)]);
    expect(await page.$eval('h1', (title) => title.textContent)).toBe('No line out here.');

    await network.reopen();
    await page.goto(network.url + CASE_STUDY);
    await submit(page, '#email', ANN);
    const code = await codeOf(smtp);
    await network.stop();
    await page.setOfflineMode(true);
    await until(() => page.evaluate(() => !navigator.onLine));
    await page.type('#code', code);
    await page.click('form button');
    await until(async () => (await alertOf(page)).startsWith('You are offline. What you entered is still here'));
    expect(await page.$eval('#code', (field) => (field as HTMLInputElement).value)).toBe(code);
    expect(await findBarriers(page)).toEqual([]);

    // A network from which the server can't be reached: the browser says so, and the form is there again afterwards.
    await page.setOfflineMode(false);
    await until(() => page.evaluate(() => navigator.onLine));
    expect(await page.$('[role=alert]')).toBeNull();
    const place = page.url();
    await page.click('form button');
    await until(async () => (await page.$('#code')) === null);
    await network.reopen();
    await page.goto(place);
    await submit(page, '#code', code);
    expect(page.url()).toBe(network.url + CASE_STUDY);
    expect(await page.$eval('h1', (title) => title.textContent)).toContain('Handing over');
    expect(await server.sessions()).toMatchObject([{ emailOfAccessor: ANN, identity: 'confirmed' }]);
    expect(smtp.mails).toHaveLength(1);
    await app.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    await network.stop();
    await server.stop();
  });

  it('works without scripts', async ({ serve, device, smtp, environment }) => {
    const server = await serve(SITE, environment);
    const page = await device.newPage();
    await page.setJavaScriptEnabled(false);
    await page.goto(server.url + READ);
    await submit(page, '#email', ANN);
    await submit(page, '#code', await codeOf(smtp));
    expect(page.url()).toBe(server.url + READ);
  });

  it('is sent once when a button is pressed twice, and the address can be changed', async ({
    serve,
    device,
    smtp,
    environment,
  }) => {
    const server = await serve(SITE, environment);
    const page = await device.newPage();
    await page.goto(server.url + READ);
    await page.type('#email', 'anne@example.com');
    await Promise.all([page.waitForNavigation(), page.click('form button', { count: 2, delay: 20 })]);
    await until(() => page.$('#code'));
    expect(await page.$eval('bdi', (address) => address.textContent)).toBe('anne@example.com');
    await Promise.all([page.waitForNavigation(), page.click('.stillhere-address a')]);
    await submit(page, '#email', ANN);
    await until(() => smtp.mails.length === 2);
    const mail = smtp.mails.find(({ to }) => to.includes(ANN));
    await page.type('#code', codeIn(mail));
    await Promise.all([page.waitForNavigation(), page.click('form button', { count: 2, delay: 20 })]);
    await until(() => new URL(page.url()).pathname === READ);
    expect(await server.sessions()).toHaveLength(1);
  });

  it.for(['en', 'de'])('has a page without barriers: %s', async (language, { serve, device, smtp, environment }) => {
    const server = await serve(SITE, environment);
    const page = await device.newPage();
    await page.setExtraHTTPHeaders({ 'accept-language': language });
    await page.goto(server.url + READ);
    await look(page, `address-${language}`);
    await submit(page, '#email', 'a.very.long.address.of.a.reader@a-department.a-company.example.com');
    await look(page, `code-${language}`);
    await submit(page, '#code', wrongFor(await codeOf(smtp)));
    await look(page, `code-refused-${language}`);
    await page.goto(`${page.url()}&again=yes`);
    await look(page, `code-again-${language}`);
    expect(smtp.mails[0]?.headers.get('subject')).toMatch(language === 'de' ? /ist Ihr Code/ : /is your code/);
  });
});
