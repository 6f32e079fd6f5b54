// The gate as readers see it: as it comes and as an owner makes it, at phone and desktop width, light and dark, without a
// barrier that axe finds. With GATE_PICTURES=<folder> each one is written there, to be looked at.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { findBarriers } from '../helpers/find-barriers.ts';
import { findMisfits } from '../helpers/find-misfits.ts';
import { writeOwnerFiles } from '../helpers/owner-files.ts';
import { readSnippet } from '../helpers/read-snippet.ts';
import { readSessionCookie } from '../helpers/reader.ts';
import { READ, readPage, startReadingSiteInTest } from '../helpers/reading-site.ts';
import type { StillhereServer } from '../helpers/stillhere-server.ts';

const FOLDER = process.env['GATE_PICTURES'];
const WIDTHS = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 800 } };
const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><path d="M0 0h120v40H0z" fill="#7a1f3d"/></svg>';
const SITE_CSS = `body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; background: #fffaf0; color: #221; font-family: serif }
h1 { color: #7a1f3d } p { text-transform: uppercase }`;
const FILES = { [READ]: readPage('<p>Read me</p>'), 'site.css': SITE_CSS, 'logo.svg': LOGO };

async function look(page: Page, name: string): Promise<void> {
  expect(await findMisfits(page)).toEqual([]);
  for (const [width, viewport] of Object.entries(WIDTHS)) {
    await page.setViewport(viewport);
    expect([width, await findBarriers(page, FOLDER && join(FOLDER, `${name}-${width}`))]).toEqual([width, []]);
  }
}

/** What the browser refuses and fails to load, and errors of scripts. */
function listenForTrouble(page: Page): string[] {
  const trouble: string[] = [];
  page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
  page.on('pageerror', (error) => trouble.push(String(error)));
  page.on('requestfailed', (request) => trouble.push(`${request.url()} ${request.failure()?.errorText}`));
  return trouble;
}

async function submit(page: Page, email: string): Promise<void> {
  await page.$eval('#email', (field) => ((field as HTMLInputElement).value = ''));
  await page.type('#email', email);
  await Promise.all([page.waitForNavigation(), page.click('button')]);
}

async function withServer(
  environment: NodeJS.ProcessEnv,
  use: (server: StillhereServer) => Promise<void>,
  files: Readonly<Record<string, string>> = FILES,
): Promise<void> {
  const server = await startReadingSiteInTest(files, environment);
  try {
    await use(server);
  } finally {
    await server.stop();
  }
}

describe.concurrent('the gate', () => {
  it('as it comes, in two languages, when it refuses, and while the store is unavailable', async ({ device }) => {
    const environment = { ALLOW: 'example.org', PRIVACY_URL: '/privacy/', GATE_CONTACT: 'office@example.org' };
    await withServer(environment, async ({ url, storeUrl }) => {
      const page = await device.newPage();
      await page.setExtraHTTPHeaders({ 'accept-language': 'en' });
      const trouble = listenForTrouble(page);
      await page.goto(url + READ);
      await look(page, 'english');
      expect(trouble).toEqual([]);
      for (const [email, reason] of [
        ['nobody', 'Please enter an e-mail address'],
        ['bob@example.com', 'To get access, please ask office@example.org.'],
      ] as const) {
        await submit(page, email);
        expect(await page.$eval('[role=alert]', (alert) => alert.textContent)).toContain(reason);
        expect(await page.$eval('#email', (field) => (field as HTMLInputElement).value)).toBe(email);
        expect(await page.evaluate(() => document.activeElement?.id)).toBe('email');
      }
      await look(page, 'refused');
      await page.setExtraHTTPHeaders({ 'accept-language': 'de-AT' });
      await page.goto(url + READ);
      expect(await page.$eval('html', ({ lang }) => lang)).toBe('de');
      await look(page, 'german');

      await submit(page, 'ann@example.org');
      expect(new URL(page.url()).pathname).toBe(READ);
      const database = new DatabaseSync(storeUrl.slice('file:'.length));
      database.exec('ALTER TABLE sessions RENAME TO lost');
      database.close();
      expect((await page.goto(url + READ))?.status()).toBe(503);
      expect(await page.$eval('[role=alert]', (alert) => alert.textContent)).toContain('im Moment nicht erreichbar');
      await look(page, 'unavailable');
    });
  });

  it('read from the right', async ({ device }) => {
    const arabic = {
      title: 'سري',
      intro: 'تُعرض هذه الصفحات لمن يعرّف بنفسه. يكفي عنوان بريدك الإلكتروني.',
      label: 'البريد الإلكتروني',
      button: 'تابع القراءة',
      notice: 'بالدخول توافق على أن يرى صاحب هذه الصفحات عنوانك وما تقرأ ومدته.',
      privacy: 'الخصوصية',
      badAddress: 'يرجى إدخال عنوان بريد إلكتروني.',
      notOnList: 'هذا العنوان غير مدرج.',
      notOnListContact: 'هذا العنوان غير مدرج. اسأل {contact}.',
      tooMany: 'حاول مرة أخرى بعد {wait}.',
      failed: 'حدث خطأ لدينا. حاول مرة أخرى.',
    };
    await withServer(await writeOwnerFiles({ GATE_TEXTS: { ar: arabic } }), async ({ url }) => {
      const page = await device.newPage();
      await page.setExtraHTTPHeaders({ 'accept-language': 'ar-EG' });
      await page.goto(url + READ);
      await submit(page, 'nobody');
      expect(await page.$eval('button', (button) => getComputedStyle(button).direction)).toBe('rtl');
      await look(page, 'arabic');
    });
  });

  it('in colours and words of the owner', async ({ device }) => {
    const css = await readSnippet('docs/gate.md', 'css', '--stillhere-accent');
    const texts = await readSnippet('docs/gate.md', 'json', 'Unser Angebot');
    const variables = await writeOwnerFiles({ GATE_STYLE: css.replaceAll('\n', '\r\n'), GATE_TEXTS: texts });
    await withServer(variables, async ({ url }) => {
      const page = await device.newPage();
      await page.setExtraHTTPHeaders({ 'accept-language': 'fr' });
      const trouble = listenForTrouble(page);
      await page.goto(url + READ);
      expect(await page.title()).toBe('Unser Angebot');
      const colorOf = (): Promise<string> => page.$eval('button', (button) => getComputedStyle(button).backgroundColor);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
      expect(await colorOf()).toBe('rgb(122, 31, 61)');
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
      expect(await colorOf()).toBe('rgb(240, 166, 188)');
      await look(page, 'coloured');
      expect(trouble).toEqual([]);
    });
  });

  it("in a template of the owner, with the site's own styles and pictures", async ({ device }) => {
    const variables = await writeOwnerFiles({ GATE_TEMPLATE: await readSnippet('docs/gate.md', 'html', '{{form}}') });
    await withServer(variables, async (server) => {
      const page = await device.newPage();
      const trouble = listenForTrouble(page);
      await page.goto(server.url + READ);
      expect(await page.$eval('h1', (heading) => getComputedStyle(heading).color)).toBe('rgb(122, 31, 61)');
      expect(await page.$eval('img', (image) => image.naturalWidth)).toBeGreaterThan(0);
      expect(await page.$eval('button', (button) => getComputedStyle(button).backgroundColor)).toBe('rgb(11, 85, 99)');
      await look(page, 'template');
      await submit(page, 'nobody');
      await look(page, 'template-refused');
      // The refusal is an answer with 400: Chromium says so.
      expect(trouble.filter((line) => !line.includes('status of 400'))).toEqual([]);
      await submit(page, 'ann@example.com');
      expect(new URL(page.url()).pathname).toBe(READ);
      const session = await server.session(await readSessionCookie(page));
      expect(session.emailOfAccessor).toBe('ann@example.com');
    });
  });

  it('works without scripts, and runs none of another site', async ({ device }) => {
    const hostile = await startReadingSiteInTest({ 'x.js': 'document.title = "theirs"' });
    const template = `<!doctype html><html lang=en><title>A gate</title><main><h1>{{title}}</h1>{{form}}</main>
<script src="${hostile.url.replace('localhost', '127.0.0.1')}/x.js"></script><script>document.title = "inline"</script>`;
    await withServer(await writeOwnerFiles({ GATE_TEMPLATE: template }), async (server) => {
      const page = await device.newPage();
      const trouble = listenForTrouble(page);
      await page.goto(server.url + READ);
      expect(await page.title()).toBe('A gate');
      expect(trouble.filter((line) => line.includes('Content Security Policy'))).toHaveLength(2);
      await page.setJavaScriptEnabled(false);
      await page.goto(server.url + READ);
      await page.type('#email', 'ann@example.com');
      await Promise.all([page.waitForNavigation(), page.click('button')]);
      expect(new URL(page.url()).pathname).toBe(READ);
      expect(await server.sessions()).toMatchObject([{ emailOfAccessor: 'ann@example.com' }]);
    });
    await hostile.stop();
  });
});
