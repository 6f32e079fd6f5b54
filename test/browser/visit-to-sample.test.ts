// A whole visit to the sample portfolio: where its requests go, and what is on the device afterwards (docs/privacy.md).
import { readFile } from 'node:fs/promises';
import type { CDPSession, Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import type { Device } from '../helpers/chromium.ts';
import { readDevice } from '../helpers/read-device.ts';
import { passGate, readQueue } from '../helpers/reader.ts';
import { until } from '../helpers/until.ts';

const EMAIL = 'ann.nobody@example.com';

/** The addresses of all requests, of pages and workers. */
async function watchRequests(device: Device): Promise<readonly string[]> {
  const seen: string[] = [];
  const watch = async (devtools: CDPSession): Promise<void> => {
    devtools.on('Network.requestWillBeSent', ({ request }) => seen.push(request.url));
    await devtools.send('Network.enable');
  };
  device.context.on('targetcreated', (target) => {
    if (['page', 'service_worker'].includes(target.type()))
      void target.createCDPSession().then(watch, () => {
        // It is gone already.
      });
  });
  return seen;
}

async function visit(page: Page, url: string): Promise<void> {
  await passGate(page, url, EMAIL);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await until(async () => (await readQueue(page)).length > 0);
  await page.goto(`${url}/portfolio/confidential/day-nine/`);
  await until(() => page.evaluate(async () => (await caches.keys()).some((name) => name.includes('stillhere-pages'))));
  await page.goto(`${url}/access/mine`);
  await page.goto(url);
}

describe.concurrent('a visit to the sample', () => {
  it('sends no request to any other place', async ({ portfolio, device }) => {
    const seen = await watchRequests(device);
    await visit(await device.newPage(), portfolio.url);
    const hosts = new Set(seen.map((url) => new URL(url)).map(({ protocol, host }) => `${protocol}//${host}`));
    expect(seen.some((url) => url.endsWith('/api/session-heartbeat'))).toBe(true);
    expect([...hosts]).toEqual([portfolio.url]);
  });

  it('leaves no e-mail address on the device', async ({ portfolio, device }) => {
    const page = await device.newPage();
    await visit(page, portfolio.url);
    const found = await readDevice(page);
    // It has looked: a page that was kept for offline reading is among it.
    expect(found).toContain('/portfolio/confidential/day-nine/');
    expect(found).not.toMatch(/ann\.nobody|%40example/);
    expect(JSON.stringify(await page.browserContext().cookies())).not.toContain('nobody');
  });

  it('leaves on the device only what docs/privacy.md names', async ({ portfolio, device }) => {
    const page = await device.newPage();
    await visit(page, portfolio.url);
    const names = await page.evaluate(async () => [
      ...(await indexedDB.databases()).map(({ name }) => name ?? ''),
      ...(await caches.keys()),
      ...Object.keys(localStorage),
      ...Object.keys(sessionStorage),
    ]);
    const cookies = (await page.browserContext().cookies()).map(({ name }) => name);
    const document = await readFile(new URL('../../docs/privacy.md', import.meta.url), 'utf8');
    const named = [...document.matchAll(/^\|.*?\|/gm)].join(' ');
    expect(cookies.toSorted()).toEqual(['session_record_id', 'stillhere_access']);
    expect(names).not.toEqual([]);
    // Without the reader, or the site, of a cache.
    const stems = names.map((name) => name.replace(/ .*|-v2-.*/s, ''));
    expect(stems.filter((name) => !named.includes(`\`${name}`))).toEqual([]);
  });
});
