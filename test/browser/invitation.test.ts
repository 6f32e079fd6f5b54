// A personal link in real Chromium: from the mail to the page, and what must not happen on the way. Pictures of the gate: set
// GATE_PICTURES to a folder.
import type { HTTPRequest, Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { openStore } from '../../server/store/open-store.ts';
import type { NewInvitation } from '../../server/store/invitations.ts';
import { passOn } from '../helpers/pass-on.ts';
import { it } from '../helpers/browser-test.ts';
import { findBarriers } from '../helpers/find-barriers.ts';
import { findMisfits } from '../helpers/find-misfits.ts';
import { invite } from '../helpers/invite.ts';
import { readDevice } from '../helpers/read-device.ts';
import { sendForm } from '../helpers/reader.ts';
import { NEXT, READ, SMALL_SITE } from '../helpers/reading-site.ts';
import type { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

const PICTURES = process.env['GATE_PICTURES'];
const FIELD = 'input[name=email]';

async function withStore<Result>(
  { storeUrl }: StillhereServer,
  use: (store: Awaited<ReturnType<typeof openStore>>) => Promise<Result>,
): Promise<Result> {
  const store = await openStore(storeUrl);
  try {
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Resolves with the token of the link. */
const inviteTo = (server: StillhereServer, more: Partial<NewInvitation> = {}): Promise<string> =>
  withStore(server, (store) => invite(store, Date.now(), more));

const linkOf = ({ url }: StillhereServer, token: string): string => `${url}/access/invited#${token}`;

const isFilledIn = (page: Page): Promise<boolean> => until(() => page.$eval(FIELD, (field) => field.readOnly));

const reasonOf = async (page: Page): Promise<string | null> => {
  await page.waitForSelector('#reason');
  return page.$eval('#reason', (reason) => reason.textContent);
};

/** Takes pictures, looks for barriers, and for anything that doesn't fit. */
async function look(page: Page, view: string): Promise<void> {
  expect(await findMisfits(page)).toEqual([]);
  for (const [name, width] of Object.entries({ phone: 390, desktop: 1_280 })) {
    await page.setViewport({ width, height: 900 });
    expect(await findBarriers(page, PICTURES ? `${PICTURES}/${view}-${name}` : undefined)).toEqual([]);
  }
}

describe.concurrent('a personal link', () => {
  it('leads with one click to the pages, and its token is in no address and no request but the two of the form', async ({
    server,
    device,
  }) => {
    const token = await inviteTo(server, { pages: NEXT });
    const page = await device.newPage();
    const requests: HTTPRequest[] = [];
    page.on('request', (request) => requests.push(request));
    await page.goto(linkOf(server, token));
    await isFilledIn(page);
    expect(page.url()).toBe(`${server.url}/access/invited`);
    expect(await page.$eval(FIELD, (field) => field.value)).toBe('ann@example.com');
    await look(page, 'gate-invited');
    expect(await server.sessions()).toEqual([]);

    await sendForm(page);
    expect(page.url()).toBe(server.url + NEXT);
    expect(await server.sessions()).toMatchObject([{ emailOfAccessor: 'ann@example.com', identity: 'invited' }]);
    await page.goto(server.url + READ);
    expect(new URL(page.url()).pathname).toBe('/access');

    const withToken = requests.filter((request) =>
      // The first address is as it was typed, with the fragment that Chromium doesn't send.
      [request.url().split('#')[0], request.postData(), ...Object.values(request.headers())].join('\n').includes(token),
    );
    expect(withToken.map((request) => [request.method(), new URL(request.url()).pathname])).toEqual([
      ['POST', '/access/invitation'],
      ['POST', '/access/invited'],
    ]);
    for (const request of withToken) expect(JSON.stringify(request.headers())).not.toContain(token);
    expect(server.output).not.toContain(token);
    await page.goBack();
    await page.goBack();
    expect(page.url()).not.toContain(token);
  });

  it('fills in the form again when the page is loaded again, and is nowhere on the device once it was sent', async ({
    server,
    device,
  }) => {
    const token = await inviteTo(server);
    const page = await device.newPage();
    await page.goto(linkOf(server, token));
    await isFilledIn(page);
    for (let time = 0; time < 2; time++) {
      await page.reload();
      await isFilledIn(page);
      expect(page.url()).toBe(`${server.url}/access/invited`);
      expect(await readDevice(page)).toContain(token);
    }
    await sendForm(page);
    expect(page.url()).toBe(server.url + READ);
    expect(await readDevice(page)).not.toContain(token);
    await page.goBack();
    expect(page.url()).toBe(`${server.url}/access/invited`);
    expect(await readDevice(page)).not.toContain(token);
    expect(JSON.stringify(await page.browserContext().cookies())).not.toContain(token);
  });

  it('is still in the tab when the form was held for lack of a network', async ({ server, device }) => {
    const token = await inviteTo(server);
    const page = await device.newPage();
    await page.goto(linkOf(server, token));
    await isFilledIn(page);
    await page.setOfflineMode(true);
    await until(() => page.evaluate(() => !navigator.onLine));
    await page.click('form button');
    await until(() => page.$('[role=alert]'));
    await page.setOfflineMode(false);
    await page.reload();
    await isFilledIn(page);
    await sendForm(page);
    expect(page.url()).toBe(server.url + READ);
  });

  it('tells its reader that the owner sees the address of the invitation, and others what they enter', async ({
    server,
    device,
  }) => {
    const page = await device.newPage();
    const notice = (): Promise<string> => page.$eval('form small', (small) => small.innerText);
    await page.goto(linkOf(server, 'mistyped'));
    await reasonOf(page);
    expect(await notice()).toMatch(/^The owner of these pages sees the address you enter, which/);
    await page.goto(linkOf(server, await inviteTo(server)));
    await isFilledIn(page);
    expect(await notice()).toMatch(/^The owner of these pages sees the address that your invitation is for, which/);
    await page.setExtraHTTPHeaders({ 'accept-language': 'de' });
    await page.reload();
    await isFilledIn(page);
    expect(await notice()).toMatch(/sieht die Adresse, für die Ihre Einladung gilt, welche/);
  });

  it('can be used by keyboard: the field that names the reader has the focus, and Enter goes on', async ({
    server,
    device,
  }) => {
    const page = await device.newPage();
    await page.goto(linkOf(server, await inviteTo(server)));
    await isFilledIn(page);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('email');
    await sendForm(page, () => page.keyboard.press('Enter'));
    expect(page.url()).toBe(server.url + READ);
  });

  it('is opened, but makes no session, where scripts run and nobody clicks', async ({ server, device }) => {
    const token = await inviteTo(server);
    for (let time = 0; time < 2; time++) {
      const scanner = await device.newPage();
      await scanner.goto(linkOf(server, token), { waitUntil: 'networkidle0' });
      await isFilledIn(scanner);
      await scanner.close();
    }
    expect(await server.sessions()).toEqual([]);
    const [listed] = await withStore(server, (store) => store.invitations.list());
    expect([listed?.sessions, typeof listed?.openedMs]).toEqual([0, 'number']);
  });

  it('opens nothing any more once it is revoked, not even for those who are reading', async ({ server, device }) => {
    const token = await inviteTo(server);
    const page = await device.newPage();
    await page.goto(linkOf(server, token));
    await isFilledIn(page);
    await sendForm(page);
    await withStore(server, (store) => store.invitations.revoke('to-ann', Date.now()));
    await until(async () => {
      await page.goto(server.url + NEXT);
      return new URL(page.url()).pathname === '/access';
    });
    await page.goto(linkOf(server, token));
    expect(await reasonOf(page)).toMatch(/^This link does not work any more/);
    expect(await readDevice(page)).not.toContain(token);
    // An address can be typed instead.
    await page.type(FIELD, 'ann@example.com');
    await sendForm(page);
    expect(page.url()).toBe(server.url + READ);
    expect((await server.sessions()).map(({ identity }) => identity).toSorted()).toEqual(['invited', 'typed']);
  });

  it('is followed when it is pasted into a tab that shows the form already', async ({ server, device }) => {
    const page = await device.newPage();
    await page.goto(linkOf(server, 'mistyped'));
    expect(await reasonOf(page)).toMatch(/^This link does not work any more/);
    await page.goto(linkOf(server, await inviteTo(server)));
    await isFilledIn(page);
    expect(await page.$('#reason')).toBeNull();
    expect(page.url()).toBe(`${server.url}/access/invited`);
  });
});

describe.concurrent('with GATE=invited', () => {
  it('the form has a field only for a link that is known', async ({ serve, device }) => {
    const server = await serve(SMALL_SITE, { GATE: 'invited' });
    const page = await device.newPage();
    await page.goto(server.url + READ);
    expect(await reasonOf(page)).toBe('These pages open only with a personal link.');
    await look(page, 'gate-only-invited');
    await page.goto(linkOf(server, 'mistyped'));
    expect(await reasonOf(page)).toMatch(/^This link does not work any more/);
    expect(
      await page.$$eval('form input, form button', (all) => all.filter((one) => one.checkVisibility()).length),
    ).toBe(0);
    await look(page, 'gate-bad-link');
    // A link that is no good is not kept.
    await page.reload();
    expect(await reasonOf(page)).toBe('These pages open only with a personal link.');
    await page.goto(linkOf(server, await inviteTo(server)));
    await isFilledIn(page);
    await sendForm(page);
    expect(page.url()).toBe(server.url + READ);
  });

  it('a link works though its reader could not be looked up', async ({ serve, device }) => {
    const server = await serve(SMALL_SITE, { GATE: 'invited' });
    const page = await device.newPage();
    await page.setRequestInterception(true);
    page.on(
      'request',
      (request) => void (request.url().endsWith('/access/invitation') ? request.abort() : passOn(request)),
    );
    await page.goto(linkOf(server, await inviteTo(server)));
    expect(await reasonOf(page)).toMatch(/^Something went wrong/);
    expect(await page.$eval(FIELD, (field) => field.checkVisibility())).toBe(false);
    await page.reload();
    expect(await reasonOf(page)).toMatch(/^Something went wrong/);
    await sendForm(page);
    expect(page.url()).toBe(server.url + READ);
  });
});
