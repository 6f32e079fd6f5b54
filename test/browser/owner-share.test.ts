// A link for a colleague in real Chromium: the owner makes it, the colleague sees what was read without addresses, and after it is
// revoked, why there is nothing to see. Screenshots: set OWNER_PICTURES to a folder.
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { openPageApart } from '../helpers/chromium.ts';
import { addMonth, makeLink } from '../helpers/owner.ts';
import { look, readShown } from '../helpers/shown-page.ts';

const { textOf, shows } = readShown('stillhere-owner');

const click = (page: Page, text: string): Promise<void> =>
  page.locator(`stillhere-owner >>> ::-p-text(${text})`).click();

/** Fills in the form by keyboard, and returns the link that is shown. */
async function makeShare(page: Page, label: string, pages: string): Promise<string> {
  await page.locator('stillhere-owner >>> input[name=label]').fill(label);
  await page.locator('stillhere-owner >>> input[name=pages]').fill(pages);
  await page.keyboard.press('Enter');
  await shows(page, label);
  return page
    .locator('stillhere-owner >>> #link')
    .map((field) => (field as HTMLInputElement).value)
    .wait();
}

describe.concurrent('a link for a colleague', () => {
  it('shows all pages without addresses, until the owner revokes it', async ({ server, browser }) => {
    await addMonth(server);
    const owner = await openPageApart(browser);
    await owner.goto(await makeLink(server));
    await shows(owner, '2 people are reading now');
    await click(owner, 'Share');
    await shows(owner, 'There are no links yet');
    await look(owner, 'empty-share');
    const link = await makeShare(owner, 'Bea from finance', '');
    await shows(owner, 'not opened yet');
    await look(owner, 'share');

    const colleague = await openPageApart(browser);
    await colleague.goto(link);
    await shows(colleague, '2 people are reading now');
    expect(colleague.url()).toBe(`${server.url}/owner`);
    expect(await textOf(colleague)).toMatch(/Reader [0-9a-f]{6}/);
    await look(colleague, 'shared-sessions');
    for (const [section, text] of [
      ['Readers', 'Last seen'],
      ['Days', 'in the last 30 days'],
      ['Pages', 'Median'],
      ['Sessions', '2 people are reading now'],
    ] as const) {
      await click(colleague, section);
      await shows(colleague, text);
      expect(await textOf(colleague)).not.toContain('@');
    }
    expect(await textOf(colleague)).not.toContain('Share');
    await colleague.locator('stillhere-owner >>> tr:has(.offline) a').click();
    await shows(colleague, 'of it offline');
    expect(await textOf(colleague)).not.toContain('@');
    const isSeen = await colleague
      .locator('stillhere-owner >>> .exclusion')
      .map((button) => button.checkVisibility())
      .wait();
    expect(isSeen).toBe(false);

    await owner.reload();
    await shows(owner, 'last used today at');
    await click(owner, 'Revoke');
    await shows(owner, 'There are no links yet');
    await colleague.reload();
    await shows(colleague, 'This link was revoked. Ask whoever sent it for another');
    expect(await textOf(colleague)).not.toMatch(/Reader [0-9a-f]{6}/);
    await colleague.goto('about:blank');
    await colleague.goto(link);
    await shows(colleague, 'This link was revoked.');
  });

  it('can be limited to some pages', async ({ server, browser }) => {
    await addMonth(server);
    const owner = await openPageApart(browser);
    await owner.goto(await makeLink(server));
    await shows(owner, '2 people are reading now');
    await click(owner, 'Share');
    await shows(owner, 'There are no links yet');
    const link = await makeShare(owner, 'Bea', '/portfolio/confidential/four-minutes');
    await shows(owner, 'pages below /portfolio/confidential/four-minutes/');

    const colleague = await openPageApart(browser);
    await colleague.goto(link);
    await shows(colleague, 'Four minutes');
    await look(colleague, 'shared-pages');
    const text = await textOf(colleague);
    expect(await colleague.$$('stillhere-owner >>> .sessions a[href*="sort="]')).toEqual([]);
    for (const hidden of ['Night handover', 'Day nine', 'Readers', 'Days', '@']) expect(text).not.toContain(hidden);
    await click(colleague, 'Pages');
    await shows(colleague, 'Median');
    expect(await textOf(colleague)).not.toContain('Night handover');
    await colleague.goto(`${server.url}/owner/days`);
    await shows(colleague, 'Not shown here');
  });
});
