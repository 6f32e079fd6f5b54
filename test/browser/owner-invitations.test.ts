// The owner's view of personal links in real Chromium. Screenshots: set OWNER_PICTURES to a folder.
import type { Page } from 'puppeteer-core';
import { expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { openPageApart } from '../helpers/chromium.ts';
import { makeLink } from '../helpers/owner.ts';
import { sendForm } from '../helpers/reader.ts';
import { NEXT, READ } from '../helpers/reading-site.ts';
import { look, readShown } from '../helpers/shown-page.ts';
import { until } from '../helpers/until.ts';

const { textOf, shows } = readShown('stillhere-owner');
const click = (page: Page, text: string): Promise<void> =>
  page.locator(`stillhere-owner >>> ::-p-text(${text})`).click();
/** The text of the button that has the focus. */
const focused = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => document.querySelector('stillhere-owner')?.shadowRoot?.activeElement?.textContent?.trim());

/** Fills in the form by keyboard. */
async function fillIn(page: Page, email: string, pages: string): Promise<void> {
  await page.locator('stillhere-owner >>> input[name=email]').fill(email);
  await page.locator('stillhere-owner >>> input[name=pages]').fill(pages);
  await page.keyboard.press('Enter');
}

/** The link that is shown. */
function linkOf(page: Page): Promise<string> {
  return page
    .locator('stillhere-owner >>> #link')
    .map((field) => (field as HTMLInputElement).value)
    .wait();
}

it('the owner invites a reader, sees how far the link has come, and revokes it after a question', async ({
  server,
  browser,
}) => {
  const owner = await openPageApart(browser);
  await owner.goto(await makeLink(server));
  await shows(owner, 'Sessions');
  await click(owner, 'Invitations');
  await shows(owner, 'There are no invitations yet');
  await look(owner, 'empty-invitations');
  await fillIn(owner, 'bea@example.com', '/nowhere/');
  await shows(owner, 'pages: must be a path behind the gate');
  await fillIn(owner, 'ann@example.com', NEXT);
  await shows(owner, 'not opened yet');
  const link = await linkOf(owner);
  expect(await textOf(owner)).not.toContain('bea@example.com');
  await look(owner, 'invitations');

  const reader = await openPageApart(browser);
  await reader.goto(link);
  await until(() => reader.$eval('input[name=email]', (field) => field.readOnly));
  await owner.reload();
  await shows(owner, 'not used');
  await sendForm(reader);
  expect(reader.url()).toBe(server.url + NEXT);
  await owner.reload();
  await shows(owner, 'used in 1 browser, hardly read');
  expect(await textOf(owner)).not.toContain(link);

  await click(owner, 'Revoke …');
  await shows(owner, 'loses access at once');
  expect(await focused(owner)).toBe('Revoke the link');
  await look(owner, 'revoke-invitation');
  await click(owner, 'Cancel');
  await until(async () => (await focused(owner)) === 'Revoke …');
  expect((await reader.goto(server.url + NEXT))?.url()).toBe(server.url + NEXT);
  await click(owner, 'Revoke …');
  await owner.keyboard.press('Enter');
  await shows(owner, 'There are no invitations yet');
  await reader.goto(server.url + NEXT);
  expect(new URL(reader.url()).pathname).toBe('/access');
  expect(new URL(reader.url()).searchParams.get('next')?.startsWith(READ)).toBe(true);
});
