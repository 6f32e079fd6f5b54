// npm run bench:delivery [-- --spans 10000]
// A device comes back with a long queue: how fast ours leaves, beside Workbox's own replay of as many posts, in one real
// Chromium before real servers; and what an open page feels of it. Exits 1 where ours falls short.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'puppeteer-core';
import { launchChromium } from '../../helpers/chromium.ts';
import { fireSync } from '../../helpers/engines/fire-sync.ts';
import { MAX_STRETCHES } from '../../../server/store/session-store.ts';
import { StillhereServer } from '../../helpers/stillhere-server.ts';
import { until } from '../../helpers/until.ts';
import { CATEGORIES, readTrace, type TracedTime } from '../cost/trace.ts';
import { median, printTable } from '../table.ts';
import { WORKBOX_SYNC_TAG } from '../workbox-worker.ts';
import { printCompression } from './compression.ts';
import { beginning, copyWorkboxRequest, countQueued, makeSpans, queueSpans } from './queued.ts';
import { answeredAt, countWrong, lookAtArrived, makeSessions } from './record.ts';
import { OURS, WORKBOX, writeSite } from './site.ts';

const OUR_SYNC_TAG = 'workbox-background-sync:stillhere';
const ROUNDS = 3;
/** A session may have {@link MAX_STRETCHES} that don't touch. */
const SPANS_A_SESSION = MAX_STRETCHES / 2;
/** Longer than Workbox takes. */
const PATIENCE_MS = 600_000;

interface Measured {
  /** From the trigger to the last receipt. */
  readonly ms: number;
  readonly requests: number;
  readonly wrong: number;
  readonly overtaken: number;
  /** The page's longest task. */
  readonly task: TracedTime['longestWholeTask'];
}

const { values } = parseArgs({ options: { spans: { type: 'string', default: '10000' } } });
const count = Number(values.spans);
const site = await writeSite();
// A server for each: so each has an origin of its own, and an empty store.
const [ours, workbox] = [
  await StillhereServer.start({ SITE_DIR: site }),
  await StillhereServer.start({ SITE_DIR: site }),
];
const profile = await mkdtemp(join(tmpdir(), 'stillhere-profile-'));
const browser = await launchChromium(profile);
const [cover = await browser.newPage()] = await browser.pages();

const byWorker: Measured[] = [];
const byPage: Measured[] = [];
for (let round = 1; round <= ROUNDS; round++) {
  byWorker.push(
    await measureOurs(
      `worker-${round}`,
      (page) => page,
      () => fireSync(cover, `${ours.url}/`, OUR_SYNC_TAG),
    ),
  );
  byPage.push(
    await measureOurs(`page-${round}`, withoutWorkers, (page) =>
      page.evaluate(() => void dispatchEvent(new Event('online'))),
    ),
  );
}
const workboxMs = await measureWorkbox();
const version = await browser.version();
await printCompression(cover);
await browser.close();
for (const server of [ours, workbox]) await server.stop();
await rm(profile, { recursive: true, force: true, maxRetries: 5 });

const worst = (of: (measured: Measured) => number, measured = [...byWorker, ...byPage]): number =>
  Math.max(...measured.map(of));
const times = (measured: readonly Measured[]): string => measured.map(({ ms }) => seconds(ms)).join(', ');
const ourMs = median(byWorker.map(({ ms }) => ms));
console.info(`\n${version}, ${new Date().toISOString().slice(0, 10)}, ${count} spans`);
printTable([
  {
    what: "Workbox's time to the last receipt ÷ ours",
    measured: workboxMs / ourMs,
    required: { least: 20 },
    how: `${seconds(workboxMs)} ÷ ${seconds(ourMs)}, median of ${times(byWorker)}; a page without workers: ${times(byPage)}`,
  },
  {
    what: 'requests',
    measured: worst(({ requests }) => requests),
    required: { most: 60 },
    how: 'the most of six times',
  },
  {
    what: 'spans that a newer one overtook',
    measured: worst(({ overtaken }) => overtaken),
    required: { most: 0 },
    how: '',
  },
  {
    what: 'spans missing or wrong in the record',
    measured: worst(({ wrong }) => wrong),
    required: { most: 0 },
    how: '',
  },
  {
    what: 'longest task of an open page, ms on the processor',
    measured: worst(({ task }) => task.cpuMs, byWorker),
    required: { most: 50 },
    how: `the longest of three times; by the clock on the wall ${worst(({ task }) => task.wallMs, byWorker).toFixed(1)} ms`,
  },
  {
    what: 'the same where the page delivers by itself',
    measured: worst(({ task }) => task.cpuMs, byPage),
    required: { most: 50 },
    how: `no service workers; by the clock on the wall ${worst(({ task }) => task.wallMs, byPage).toFixed(1)} ms`,
  },
]);

/** The server goes, the queue fills, the server is back; `trigger` sets the delivery off. */
async function measureOurs(
  name: string,
  prepare: (page: Page) => Page | Promise<Page>,
  trigger: (page: Page) => Promise<unknown>,
): Promise<Measured> {
  const sessions = Array.from({ length: Math.ceil(count / SPANS_A_SESSION) }, (_, nth) => `${name}-${nth}`);
  await makeSessions(ours, sessions, beginning(count));
  const page = await prepare(await openWithSession(ours.url, `${name}-0`));
  await page.goto(ours.url + OURS);
  await until(() => answeredAt(ours, 0).length > 0);
  await ours.stop();
  const spans = makeSpans(sessions, count);
  await queueSpans(page, spans);
  await ours.start();
  await page.bringToFront();
  await page.tracing.start({ categories: CATEGORIES });
  const beganMs = Date.now();
  await trigger(page);
  let overtaken = 0;
  await until(() => {
    const arrived = lookAtArrived(ours, sessions, spans);
    overtaken = Math.max(overtaken, arrived.overtaken);
    return arrived.count === count;
  }, PATIENCE_MS);
  const answers = answeredAt(ours, beganMs);
  const trace = Buffer.from((await page.tracing.stop()) ?? []).toString();
  // What the open page reads itself may wait there.
  await until(async () => (await countQueued(page, 'stillhere')) <= 1);
  await page.close();
  const ms = Math.max(...answers) - beganMs;
  console.info(`${name}: ${seconds(ms)}, ${answers.length} requests`);
  const { longestWholeTask: task } = readTrace(trace, OURS);
  return { ms, requests: answers.length, wrong: countWrong(ours, sessions, spans), overtaken, task };
}

async function measureWorkbox(): Promise<number> {
  await makeSessions(workbox, ['workbox'], beginning(count));
  const page = await openWithSession(workbox.url, 'workbox');
  await page.goto(workbox.url + WORKBOX);
  await until(() => page.evaluate(() => navigator.serviceWorker.controller !== null));
  await workbox.stop();
  await page.evaluate(() => fetch('/api/session-heartbeat', { method: 'POST' }).then(String, String));
  await until(async () => (await countQueued(page, 'workbox-background-sync')) === 1);
  await copyWorkboxRequest(page, count);
  await until(async () => (await countQueued(page, 'workbox-background-sync')) === count);
  await workbox.start();
  const beganMs = Date.now();
  await fireSync(cover, `${workbox.url}${WORKBOX}`, WORKBOX_SYNC_TAG);
  let told = 0;
  await until(() => {
    const answered = answeredAt(workbox, beganMs).length;
    if (answered >= told + count / 20)
      console.info(`Workbox: ${(told = answered)} after ${seconds(Date.now() - beganMs)}`);
    // It may send one twice.
    return answered >= count;
  }, PATIENCE_MS);
  const ms = Math.max(...answeredAt(workbox, beganMs)) - beganMs;
  console.info(`Workbox: ${seconds(ms)}, ${count} requests`);
  return ms;
}

async function openWithSession(url: string, session: string): Promise<Page> {
  const page = await browser.newPage();
  await page.setCookie({ name: 'session_record_id', value: session, url });
  return page;
}

async function withoutWorkers(page: Page): Promise<Page> {
  await page.evaluateOnNewDocument(() => {
    delete (Navigator.prototype as { serviceWorker?: unknown }).serviceWorker;
  });
  return page;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
