// A page keeps its session while it is open, whatever becomes of the cookie; until the device forgets the reader.
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { CASE_STUDY, enter, forgetDevice, passGate } from '../helpers/reader.ts';
import { elapsed, until } from '../helpers/until.ts';

const READ_MS = 2_000;

describe.concurrent('a page that is open', () => {
  it('reads on when the cookie has gone, also after another tab was looked at', async ({ server, device }) => {
    const page = await device.newPage();
    const id = await enter(page, server.url);
    await until(async () => (await server.session(id)).spans.length === 1);
    const devtools = await page.createCDPSession();
    await devtools.send('Network.clearBrowserCookies');
    const other = await device.newPage();
    await other.bringToFront();
    await until(async () => ((await server.session(id)).readingTimeMs ?? 0) > 0);
    const backAt = Date.now();
    await page.bringToFront();
    await elapsed(READ_MS);
    await page.close();

    const { spans } = await until(async () => {
      const session = await server.session(id);
      return session.spans.length === 2 && Date.parse(session.spans[1]?.end ?? '') > backAt + READ_MS - 500 && session;
    });
    expect(Date.parse(spans[1]?.start ?? '')).toBeGreaterThan(backAt - 500);
  });

  it('reads no more once the device has forgotten the reader in another tab', async ({ portfolio: server, device }) => {
    const page = await device.newPage();
    const id = await passGate(page, server.url, 'ann@example.com');
    await until(async () => (await server.session(id)).spans.length === 1);
    const other = await device.newPage();
    await other.goto(server.url + CASE_STUDY);
    await forgetDevice(other);
    await until(() => other.evaluate(() => document.body.innerText.includes('has forgotten you')));
    const forgottenAt = Date.now();
    await page.bringToFront();
    await elapsed(READ_MS);
    await page.close();
    await elapsed(READ_MS);

    const { spans } = await server.session(id);
    for (const { end } of spans) expect(Date.parse(end)).toBeLessThan(forgottenAt + 500);
  });
});
