// Gated pages in a frame of another site, over https, with a real nginx before each of the two.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Frame } from 'puppeteer-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { launchChromium } from '../helpers/chromium.ts';
import { freePort } from '../helpers/free-port.ts';
import { startNginx, type Nginx } from '../helpers/nginx.ts';
import { enterAddress } from '../helpers/reader.ts';
import { READ, readPage, startReadingSite } from '../helpers/reading-site.ts';
import { startKoa } from '../helpers/start-koa.ts';
import type { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

const FLAGS = [
  '--ignore-certificate-errors',
  '--host-resolver-rules=MAP *.example 127.0.0.1',
  // As in browsers that keep third-party cookies only if they are partitioned.
  '--test-third-party-cookie-phaseout',
];

let profile: string;
let chromium: Browser;
let server: StillhereServer;
let proxies: readonly Nginx[];
let named: string;
let unnamed: string;

beforeEach(async () => {
  const [port, wikiPort] = [await freePort(), await freePort()];
  named = `https://wiki.example:${wikiPort}`;
  unnamed = `https://other.example:${wikiPort}`;
  server = await startReadingSite(
    { [READ]: readPage('<h1>The report</h1>') },
    { FRAME_ANCESTORS: named, PUBLIC_URL: `https://localhost:${port}`, TRUST_PROXY: 'true' },
  );
  const wiki = await startKoa((ctx) => {
    ctx.body = `<!doctype html><title>Wiki</title><iframe src="https://localhost:${port}${READ}" width="800" height="500"></iframe>`;
  });
  proxies = [await startNginx(port, server.port), await startNginx(wikiPort, Number(new URL(wiki).port))];
  profile = await mkdtemp(join(tmpdir(), 'stillhere-profile-'));
  chromium = await launchChromium(profile, FLAGS);
});

afterEach(async () => {
  await chromium.close();
  for (const proxy of proxies) await proxy.stop();
  await server.stop();
  await rm(profile, { recursive: true, force: true, maxRetries: 5 });
});

it('a reader in a frame of a named site passes its gate once and is recorded, without third-party cookies', async () => {
  const page = await chromium.newPage();
  await page.goto(named);
  const id = await enterAddress(await frameOf(page), 'ann@example.com');
  // The answer's session is read a moment before its spans.
  await until(async () => {
    const { spans, sessionEndTime } = await server.session(id);
    return spans.length === 1 && sessionEndTime !== null;
  });
  const cookies = await chromium.defaultBrowserContext().cookies();
  expect(cookies.map(({ partitionKey }) => partitionKey)).toEqual(cookies.map(() => expect.anything() as unknown));
  await page.close();

  const again = await chromium.newPage();
  await again.goto(named);
  const frame = await frameOf(again);
  await frame.waitForSelector('h1');
  const kept = await frame.evaluate(setCookies);
  expect([kept.includes('partitioned=1'), kept.includes('plain=1')]).toEqual([true, false]);
  const { spans } = await until(async () => {
    const session = await server.session(id);
    return session.spans.length === 2 && session;
  });
  expect(spans.map((span) => span.page)).toEqual([READ, READ]);
  expect(await server.sessions()).toHaveLength(1);

  // By itself it is another place: the access in the frame of one site is not that of another.
  await again.goto(proxies[0]?.url + READ);
  await again.waitForSelector('#email');
});

it('a frame of a site that is not named shows nothing', async () => {
  const page = await chromium.newPage();
  const refused: string[] = [];
  page.on('console', (message) => refused.push(message.text()));
  await page.goto(unnamed);
  await until(() => refused.some((text) => text.includes('frame-ancestors')));
  const frame = await frameOf(page);
  // Chromium's own page for what it doesn't show.
  expect(await frame.evaluate(() => location.protocol)).toBe('chrome-error:');
  expect(await server.sessions()).toEqual([]);
});

/** To see that the browser keeps third-party cookies only if they are partitioned. */
function setCookies(): string {
  document.cookie = 'plain=1; Secure; SameSite=None';
  document.cookie = 'partitioned=1; Secure; SameSite=None; Partitioned';
  return document.cookie;
}

/** The frame in the wiki's page. */
async function frameOf(page: { frames(): Frame[] }): Promise<Frame> {
  return until(() => page.frames()[1]);
}
