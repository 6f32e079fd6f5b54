// Measures the owner's pages in Chromium: the first screen over a simulated mobile network, the others without one.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer-core';
import { HEARTBEAT_PATH, type Receipt } from '../../../sw/protocol/delivery.ts';
import { makeOwnerKey } from '../../../server/owner/owner-key.ts';
import { makeSessionId } from '../../../server/store/session-id.ts';
import { openStore } from '../../../server/store/open-store.ts';
import type { SessionStore } from '../../../server/store/session-store.ts';
import { launchChromium } from '../../helpers/chromium.ts';
import { SlowNetwork } from '../paint/slow-network.ts';
import { median, type Row } from '../table.ts';
import type { Contender } from './contender.ts';

/** 1.6 Mbit/s, 150 ms there and back. */
const MOBILE = { bytesPerSecond: 200_000, oneWayMs: 75 };
const ROUNDS = 7;
const MANY_SPANS = 10_000;
const SPANS_AT_ONCE = 500;
const SPAN_MS = 1_000;

export async function measureScreens(server: Contender): Promise<readonly Row[]> {
  const store = await openStore(`file:${server.file}`);
  const profile = await mkdtemp(join(tmpdir(), 'stillhere-screens-'));
  const browser = await launchChromium(profile);
  try {
    return [
      ...(await measureFirstScreen(browser, store, server)),
      await measureLongSession(browser, store, server),
      await measureLiveUpdate(browser, store, server),
    ];
  } finally {
    await browser.close();
    await store.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** In a browser that has nothing of it, and is logged in. */
async function measureFirstScreen(browser: Browser, store: SessionStore, { url }: Contender): Promise<readonly Row[]> {
  const painted: number[] = [];
  const bytes: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const network = await SlowNetwork.open(Number(new URL(url).port), MOBILE);
    const context = await browser.createBrowserContext();
    // The cookie is the host's, whatever its port.
    await logIn(await context.newPage(), store, url.replace('127.0.0.1', 'localhost'));
    const page = await context.newPage();
    await page.setCacheEnabled(false);
    const beganMs = performance.now();
    await page.goto(`${network.url}/owner`, { waitUntil: 'domcontentloaded' });
    await untilShown(page, 'example.com');
    painted.push(performance.now() - beganMs);
    bytes.push(
      await page.evaluate(() =>
        performance
          .getEntriesByType('resource')
          .filter(({ name }) => /\.(?:js|css)$/.test(name))
          .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).transferSize, 0),
      ),
    );
    await context.close();
    await network.close();
  }
  const how = `median of ${ROUNDS}`;
  return [
    {
      what: "the owner's first screen, shown at 1.6 Mbit/s with 150 ms, ms",
      measured: median(painted),
      required: { most: 2_000 },
      how,
    },
    { what: 'its scripts and styles, kB over the wire', measured: median(bytes) / 1_000, required: { most: 100 }, how },
  ];
}

async function measureLongSession(browser: Browser, store: SessionStore, { url }: Contender): Promise<Row> {
  const startMs = Date.now() - (MANY_SPANS + 1) * SPAN_MS;
  const id = makeSessionId(startMs);
  await store.createSession({ id, email: 'long@example.com', startMs });
  for (let from = 0; from < MANY_SPANS; from += SPANS_AT_ONCE)
    await store.record(
      Array.from({ length: SPANS_AT_ONCE }, (_, nth) => ({
        session: id,
        receivedMs: Date.now(),
        nextBeatMs: undefined,
        span: {
          id: `${from + nth}`,
          page: `/page-${nth % 7}/`,
          startMs: startMs + (from + nth) * SPAN_MS,
          endMs: startMs + (from + nth + 1) * SPAN_MS,
          offsetMs: 0,
          isClosed: true,
          isReplayed: false,
        },
      })),
    );
  const ref = (await store.findSession(id))?.ref ?? '';
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await logIn(page, store, url);
  const shown: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const beganMs = performance.now();
    await page.goto(`${url}/owner/sessions/${ref}`);
    await untilShown(page, 'As a table');
    shown.push(performance.now() - beganMs);
  }
  await context.close();
  return {
    what: `a session of ${MANY_SPANS} spans, until it is shown, ms`,
    measured: median(shown),
    required: { most: 2_000 },
    how: `median of ${ROUNDS}`,
  };
}

/** From the receipt of a new reader's first beat until the first screen names the reader. */
async function measureLiveUpdate(browser: Browser, store: SessionStore, { url }: Contender): Promise<Row> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await logIn(page, store, url);
  await untilShown(page, 'example.com');
  const delays: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const email = `live${round}-${Date.now()}@example.com`;
    const answer = await fetch(`${url}/api/verify-temp-access`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email }),
    });
    const { session } = (await answer.json()) as { session: string };
    const now = Date.now();
    const span = { id: 'one', session, page: '/x/', start: now, end: now };
    const receipt = await fetch(url + HEARTBEAT_PATH, {
      method: 'POST',
      body: JSON.stringify({ sentAt: now, spans: [span] }),
    });
    const { stored } = (await receipt.json()) as Receipt;
    if (stored.length !== 1) throw new Error('The beat was refused');
    const beganMs = performance.now();
    await untilShown(page, email);
    delays.push(performance.now() - beganMs);
  }
  await context.close();
  return {
    what: 'a live update, from the receipt of the beat until it is shown, ms',
    measured: Math.max(...delays),
    required: { most: 1_000 },
    how: `the longest of ${ROUNDS}`,
  };
}

async function logIn(page: Page, store: SessionStore, url: string): Promise<void> {
  const code = await makeOwnerKey(store.ownerKeys, 'code', Date.now());
  await page.goto(`${url}/owner#${code}`);
  await untilShown(page, 'Log out');
}

async function untilShown(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.querySelector('stillhere-owner')?.shadowRoot?.textContent?.includes(wanted) === true,
    { polling: 'raf', timeout: 60_000 },
    text,
  );
}
