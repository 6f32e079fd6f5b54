// All that is kept about a reader on one page of the owner's, in real Chromium. Screenshots: set OWNER_PICTURES to a folder.
import { expect } from 'vitest';
import { openStore } from '../../server/store/open-store.ts';
import { it } from '../helpers/browser-test.ts';
import { openPageApart } from '../helpers/chromium.ts';
import { invite } from '../helpers/invite.ts';
import { makeLink } from '../helpers/owner.ts';
import { look, readShown } from '../helpers/shown-page.ts';

const { textOf, shows } = readShown('stillhere-owner');
const MINUTE = 60_000;
const ANN = 'ann@example.com';

it('the owner reads all that is kept about a reader on one page, and prints it without what is for the screen', async ({
  server,
  browser,
}) => {
  const startMs = Date.now() - 60 * MINUTE;
  const store = await openStore(server.storeUrl);
  await store.createSession({ id: 'first', email: ANN, startMs });
  const read = (id: string, page: string, from: number, to: number) => ({
    session: 'first',
    receivedMs: startMs + to * MINUTE,
    span: { id, page, startMs: startMs + from * MINUTE, endMs: startMs + to * MINUTE, offsetMs: 0 },
  });
  await store.record([read('one', '/read/', 1, 4), read('two', '/read/next/', 4, 6), read('later', '/read/', 50, 52)]);
  await store.createSession({ id: 'unread', email: ANN, startMs: startMs + MINUTE });
  await invite(store, startMs, { pages: '/read/' });
  await store.invitations.revoke('to-ann', startMs + MINUTE);
  const code = { next: '/read/next/', isMeasured: true, codeHmac: 'hmac', sentMs: startMs, untilMs: startMs + MINUTE };
  await store.codes.add({ hash: 'hash', email: ANN, ...code }, 0);
  await store.refusals.add(new Map(), [{ email: ANN, tries: 3, firstMs: startMs, lastMs: startMs }], startMs);
  await store.totals.counting.count(['first', 'unread']);

  const owner = await openPageApart(browser);
  await owner.goto(await makeLink(server));
  await shows(owner, ANN);
  await owner.goto(`${server.url}/owner/readers/${await store.totals.readerIdOf(ANN)}`);
  await owner.locator('stillhere-owner >>> ::-p-text(Everything on one page)').click();
  await shows(owner, 'All that is kept with this address');
  const text = await textOf(owner);
  for (const kept of ['3 tries', 'pages below /read/', 'For the page /read/next/', '2 sessions'])
    expect(text).toContain(kept);
  const rows = await owner.$$eval('stillhere-owner >>> .record td:nth-of-type(3)', (all) =>
    all.map((one) => one.textContent),
  );
  expect(rows).toEqual(['/read/', '/read/next/', '/read/']);
  expect(await owner.$$('stillhere-owner >>> .visit')).toHaveLength(2);
  await look(owner, 'record');

  await owner.emulateMediaType('print');
  const isPrinted = (selector: string): Promise<boolean> =>
    owner.$eval(`stillhere-owner >>> ${selector}`, (one) => one.checkVisibility());
  expect(await Promise.all(['header', '.record nav', '.record .on-screen', '.record h1'].map(isPrinted))).toEqual([
    false,
    false,
    false,
    true,
  ]);
  await store.close();
});
