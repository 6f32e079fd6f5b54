// The main job in Firefox and WebKit: reading, into a tunnel, the tab closed there, and home. test/browser/tunnel.test.ts is
// the same in Chromium, with what only that has.
import { describe, expect, test } from 'vitest';
import type { Device, Tab } from '../helpers/engines/engine.ts';
import { openFirefox } from '../helpers/engines/puppeteer-device.ts';
import { openWebKit } from '../helpers/engines/webkit-device.ts';
import { READ, readPage, startReadingSite } from '../helpers/reading-site.ts';
import type { StillhereServer } from '../helpers/stillhere-server.ts';
import { elapsed, until } from '../helpers/until.ts';

const IN_TUNNEL_MS = 8_000;
const SECOND_MS = 1_000;
const TICK_MS = 1_000;

/** With a tick of a minute nothing but its last word can tell how long this page was read. */
const UNTICKED = `${READ}unticked/`;
const TICKED = `${READ}ticked/`;
const HOME = '/home/';

interface Reading {
  readonly server: StillhereServer;
  readonly device: Device;
  readonly tab: Tab;
  /** Of the session. */
  readonly id: string;
}

/** Reads the page until the server has heard of it, goes into the tunnel, reads on there; then comes what `work` does. */
async function inTunnel(
  open: () => Promise<Device>,
  page: string,
  work: (reading: Reading) => Promise<void>,
): Promise<void> {
  const server = await startReadingSite({
    [UNTICKED]: readPage('text', 'tick="60000"'),
    [TICKED]: readPage('text', `tick="${TICK_MS}"`),
    [HOME]: readPage('text', 'deliver-only'),
  });
  const device = await open();
  try {
    const tab = await device.open('window');
    await tab.goto(server.url + HOME);
    // A reader takes a moment. Left at once while it installs, the worker never comes in WebKitGTK 2.50.
    await tab.evaluate('navigator.serviceWorker.ready.then(() => true)');
    const id = await tab.evaluate<string>(`fetch('/api/verify-temp-access', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"email":"ann@example.com"}',
    }).then(() => document.cookie.match(/session_record_id=([^;]+)/)[1])`);
    await tab.goto(server.url + page);
    await until(async () => (await server.session(id)).spans.length === 1);
    await server.stop();
    await elapsed(IN_TUNNEL_MS);
    await work({ server, device, tab, id });
  } finally {
    await device.close();
    await server.stop();
  }
}

/** The tunnel ends, and the reader opens a page of the site that isn't read. */
async function comeHome({ server, device }: Reading): Promise<void> {
  await server.start();
  const home = await device.open('window');
  await home.goto(server.url + HOME);
}

async function expectEnd({ server, id }: Reading, truthMs: number, toleranceMs: number): Promise<void> {
  const endOf = async (): Promise<number> => Date.parse((await server.session(id)).sessionEndTime ?? '');
  await until(async () => Math.abs((await endOf()) - truthMs) <= toleranceMs);
  const { spans, readingTimeMs } = await server.session(id);
  expect(spans).toHaveLength(1);
  expect(readingTimeMs).toBeGreaterThan(IN_TUNNEL_MS - toleranceMs);
}

describe.each([
  ['Firefox', openFirefox],
  ['WebKit', openWebKit],
])('in %s', (_, open) => {
  test('a tab closed in a tunnel is recorded to the second when any page of the site is opened again', async () => {
    await inTunnel(open, UNTICKED, async (reading) => {
      const closedAt = Date.now();
      await reading.tab.close();
      await comeHome(reading);

      await expectEnd(reading, closedAt, SECOND_MS);
    });
  });
});

describe('in Firefox', () => {
  test('a browser killed in a tunnel is recorded to the tick when it is opened again', async () => {
    await inTunnel(openFirefox, TICKED, async (reading) => {
      const killedAt = Date.now();
      await reading.device.kill();
      await reading.device.reopen();
      await comeHome(reading);

      await expectEnd(reading, killedAt, TICK_MS + SECOND_MS / 2);
    });
  });
});
