// npm run bench:paint [-- --rounds 7]
// When a confidential page is painted on a slow network, with the tracker and without it, in turns; and on the second visit.
// Exits 1 where the tracker makes the first visit later than noise does, or the second one isn't offline-first.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { globSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import type { Browser, Page } from 'puppeteer-core';
import { BUILD_DIR } from '../../../server/config/package-root.ts';
import { launchChromium } from '../../helpers/chromium.ts';
import { CASE_STUDY } from '../../helpers/reader.ts';
import { StillhereServer } from '../../helpers/stillhere-server.ts';
import { until } from '../../helpers/until.ts';
import { SlowNetwork } from './slow-network.ts';

interface Paint {
  /** Milliseconds after the navigation began. */
  readonly first: number;
  readonly largest: number;
}

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
const tracked = await StillhereServer.start();
const bare = await StillhereServer.start({ SITE_DIR: await withoutTracker() });
const first = { tracked: [] as Paint[], bare: [] as Paint[] };
const again = { tracked: [] as Paint[], bare: [] as Paint[] };
let version = '';
for (let round = 1; round <= Number(values.rounds); round++) {
  for (const [name, server] of [
    ['tracked', tracked],
    ['bare', bare],
  ] as const) {
    const visits = await visitTwice(server, name === 'tracked');
    first[name].push(visits.first);
    again[name].push(visits.again);
  }
  console.info(
    `round ${round}: ${first.tracked.at(-1)?.first} ms with the tracker, ${first.bare.at(-1)?.first} without`,
  );
}
await tracked.stop();
await bare.stop();

console.info(
  `\n${version}, ${new Date().toISOString().slice(0, 10)}, slow 3G, median of ${values.rounds} (lower and upper quarter), ms\n`,
);
console.info('| visit, paint | with the tracker | without | with ÷ without |\n| --- | --- | --- | --- |');
let isMissed = false;
for (const [nth, all, most] of [
  ['first', first, 1],
  ['second', again, 0.5],
] as const)
  for (const paint of ['first', 'largest'] as const) {
    const ours = spread(all.tracked.map((one) => one[paint]));
    const theirs = spread(all.bare.map((one) => one[paint]));
    console.info(
      `| ${nth} visit, ${paint} | ${cell(ours)} | ${cell(theirs)} | ${(ours.median / theirs.median).toFixed(2)} |`,
    );
    const noise = Math.max(theirs.upper - theirs.lower, 0.05 * theirs.median);
    if (ours.median > most * theirs.median + noise) {
      console.info(
        `missed: ${nth} visit, ${paint} paint: ${ours.median} ms, at most ${Math.round(most * theirs.median + noise)}`,
      );
      isMissed = true;
    }
  }
process.exitCode = isMissed ? 1 : 0;

/** A new device each time: nothing of the site is there. */
async function visitTwice(server: StillhereServer, isTracked: boolean): Promise<{ first: Paint; again: Paint }> {
  const profile = await mkdtemp(join(tmpdir(), 'stillhere-paint-'));
  const browser = await launchChromium(profile);
  const network = await SlowNetwork.open(server.port);
  try {
    version = await browser.version();
    await grant(browser, network.url);
    const page = await browser.newPage();
    const paint = await visit(page, network.url);
    // The reader has read: what is kept, and the worker that gives it out, are there.
    if (isTracked) await until(() => page.evaluate(isReadyOffline), 60_000);
    await page.close();
    return { first: paint, again: await visit(await browser.newPage(), network.url) };
  } finally {
    await browser.close();
    await network.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function isReadyOffline(): Promise<boolean> {
  const names = await caches.keys();
  const registration = await navigator.serviceWorker.getRegistration();
  return Boolean(registration?.active) && names.some((name) => name.startsWith('stillhere-pages'));
}

/** Past the gate without having been on any page. */
async function grant(browser: Browser, url: string): Promise<void> {
  const answer = await fetch(`${url}/api/verify-temp-access`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"email":"ann@example.com"}',
  });
  for (const line of answer.headers.getSetCookie()) {
    const [, name = '', value = ''] = line.match(/^([^=]+)=([^;]+)/) ?? [];
    await browser.setCookie({ name, value, domain: 'localhost', path: '/', expires: Date.now() / 1_000 + 86_400 });
  }
}

async function visit(page: Page, url: string): Promise<Paint> {
  await page.evaluateOnNewDocument(() => {
    new PerformanceObserver((list) => {
      for (const { startTime } of list.getEntries()) Object.assign(window, { largest: startTime });
    }).observe({ type: 'largest-contentful-paint', buffered: true });
  });
  await page.goto(url + CASE_STUDY, { waitUntil: 'load', timeout: 120_000 });
  return until(() =>
    page.evaluate(() => {
      const [paint] = performance.getEntriesByName('first-contentful-paint');
      const { largest } = window as { largest?: number };
      return paint && largest ? { first: Math.round(paint.startTime), largest: Math.round(largest) } : undefined;
    }),
  );
}

/** The portfolio with neither the page library nor the app around it. */
async function withoutTracker(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-bare-'));
  await cp(join(BUILD_DIR, 'site'), folder, { recursive: true });
  for (const file of globSync('**/*.html', { cwd: folder })) {
    const html = await readFile(join(folder, file), 'utf8');
    const text = html.replaceAll(/<script[^>]*><\/script>|<session-heartbeat.*?<\/session-heartbeat>/g, '');
    await writeFile(join(folder, file), text);
    await writeFile(join(folder, `${file}.br`), brotliCompressSync(text));
  }
  return folder;
}

function spread(numbers: readonly number[]): { median: number; lower: number; upper: number } {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round((sorted.length - 1) * share)] ?? NaN;
  return { median: at(0.5), lower: at(0.25), upper: at(0.75) };
}

function cell({ median, lower, upper }: ReturnType<typeof spread>): string {
  return `${median} (${lower} to ${upper})`;
}
