// A site under a path of its host, beside another site: gate, reading, a tunnel, a tab closed there, and home.
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TargetType } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { passGate } from '../helpers/reader.ts';
import { READ } from '../helpers/reading-site.ts';
import { OWNER_TOKEN } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

const BASE = '/sites/work';
const SECOND_MS = 1_000;

const page = (body: string): string =>
  `<!doctype html><html><head><title>A page</title></head><body>${body}</body></html>`;
/** The heartbeat is put in by the server. */
const SITE = { '/': page(`<a href="${BASE}${READ}">Read</a>`), [READ]: page('<h1>Report</h1>') };

/** Only the site's path leads to the server; everything else on this host belongs to others. */
async function startProxy(port: number, isRemoved: boolean) {
  const foreign: string[] = [];
  const proxy = createServer((incoming, answer) => {
    const { method, url = '', headers } = incoming;
    if (!url.startsWith(`${BASE}/`)) {
      foreign.push(url);
      answer.writeHead(404).end('of others');
      return;
    }
    const path = isRemoved ? url.slice(BASE.length) : url;
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    url: `http://localhost:${(proxy.address() as AddressInfo).port}${BASE}`,
    foreign,
    stop: () => {
      proxy.close();
      proxy.closeAllConnections();
    },
  };
}

describe.concurrent.each([
  ['leaves the path', false],
  ['removes the path', true],
])('under a path that a proxy %s', (_, isRemoved) => {
  it('what is read in a tunnel is recorded, and stays on this site', async ({ serve, device }) => {
    const server = await serve(SITE, { BASE });
    const proxy = await startProxy(server.port, isRemoved);
    const reader = await device.newPage();
    const id = await passGate(reader, proxy.url, 'ann@example.com', READ);
    expect(reader.url()).toBe(proxy.url + READ);
    await until(async () => (await server.session(id)).sessionEndTime);

    const worker = await until(() =>
      reader.evaluate(async () => (await navigator.serviceWorker.ready).active?.scriptURL),
    );
    expect(worker).toBe(`${proxy.url}/sw.js`);
    expect(await reader.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name))).toContain(
      `stillhere${BASE}`,
    );

    await server.stop();
    await reader.reload().catch(() => {});
    const closedAt = Date.now();
    await reader.close();
    await server.start();
    const home = await device.newPage();
    await home.goto(proxy.url + READ);

    const session = await until(async () => {
      const found = await server.session(id);
      return found.spans.length > 1 && found;
    });
    expect(session.currentPage).toBe(BASE + READ);
    expect(Date.parse(session.spans[0]?.end ?? '') - closedAt).toBeLessThan(SECOND_MS);
    expect(proxy.foreign.filter((path) => path !== '/favicon.ico')).toEqual([]);
    expect(device.count(TargetType.PAGE, proxy.url)).toBe(1);
    proxy.stop();
  });

  it("the owner's pages show it", async ({ serve, device }) => {
    const server = await serve(SITE, { BASE });
    const proxy = await startProxy(server.port, isRemoved);
    const reader = await device.newPage();
    await passGate(reader, proxy.url, 'ann@example.com', READ);
    const owner = await device.newPage();
    await owner.goto(`${proxy.url}/owner`);
    await owner.locator('stillhere-owner >>> input[type=password]').fill(OWNER_TOKEN);
    await owner.locator('stillhere-owner >>> form button').click();
    const link = await owner.locator('stillhere-owner >>> ::-p-text(ann@example.com)').waitHandle();
    await link.click();
    await until(() => owner.url().startsWith(`${proxy.url}/owner/sessions/`));
    await until(async () => (await owner.title()).includes('ann@example.com'));
    expect(proxy.foreign.filter((path) => path !== '/favicon.ico')).toEqual([]);
    proxy.stop();
  });
});
