// The owner takes a reader's access, and gives it back, in real Chromium. Screenshots: set OWNER_PICTURES to a folder.
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { openPageApart } from '../helpers/chromium.ts';
import { makeLink } from '../helpers/owner.ts';
import { enter } from '../helpers/reader.ts';
import { READ, SMALL_SITE } from '../helpers/reading-site.ts';
import { look, readShown } from '../helpers/shown-page.ts';
import { until } from '../helpers/until.ts';

const { shows } = readShown('stillhere-owner');

describe.concurrent('the owner', () => {
  it('takes a reader’s access, sees whom the gate refuses, and lets the reader in again', async ({
    serve,
    device,
    browser,
  }) => {
    const server = await serve(SMALL_SITE, { ALLOW: 'example.com' });
    const reader = await device.newPage();
    await enter(reader, server.url);
    await until(async () => (await server.sessions())[0]?.readingTimeMs);
    const { status } = await fetch(`${server.url}/access`, {
      method: 'POST',
      body: new URLSearchParams({ email: 'eve@evil.example' }),
    });
    expect(status).toBe(403);
    const owner = await openPageApart(browser);
    await owner.goto(await makeLink(server));
    await shows(owner, 'ann@example.com');
    await until(async () => {
      await owner.goto(`${server.url}/owner/readers`);
      await shows(owner, 'Readers');
      return (await owner.$('stillhere-owner >>> td a, stillhere-owner >>> th a')) !== null;
    });
    await owner.locator('stillhere-owner >>> ::-p-text(ann@example.com)').click();
    await owner.locator('stillhere-owner >>> ::-p-text(Take this reader’s access)').click();
    await shows(owner, 'You have taken this reader’s access');
    await look(owner, 'access-taken');
    await reader.goto(server.url + READ);
    expect(new URL(reader.url()).pathname).toBe('/access');

    await owner.goto(`${server.url}/owner/readers`);
    await shows(owner, 'Access taken: 1');
    await shows(owner, 'Refused at the gate: 1');
    for (const summary of ['Access taken', 'Refused at the gate'])
      await owner.locator(`stillhere-owner >>> summary::-p-text(${summary})`).click();
    await shows(owner, 'eve@evil.example');
    await look(owner, 'refused');
    await owner.locator('stillhere-owner >>> ::-p-text(Let in again)').click();
    await until(async () => (await reader.goto(server.url + READ))?.url() === server.url + READ);
  });

  it('ends the access of one session', async ({ server, device, browser }) => {
    const reader = await device.newPage();
    await enter(reader, server.url);
    const [session] = await until(async () => {
      const sessions = await server.sessions();
      return sessions.length > 0 && sessions;
    });
    const owner = await openPageApart(browser);
    await owner.goto(await makeLink(server));
    await shows(owner, 'ann@example.com');
    await owner.goto(`${server.url}/owner/sessions/${session?.ref}`);
    await shows(owner, 'The address was typed at the gate, and not checked.');
    await owner.locator('stillhere-owner >>> ::-p-text(End the access of this session)').click();
    await shows(owner, 'The access of this session was ended');
    await look(owner, 'session-ended');
    await reader.goto(server.url + READ);
    expect(new URL(reader.url()).pathname).toBe('/access');
  });
});
