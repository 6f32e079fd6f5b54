// A site on one host, our server on another: test/sites/other-origin, with the address of a real server in it.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { freePort } from '../helpers/free-port.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { elapsed, until } from '../helpers/until.ts';

const SITE = join(import.meta.dirname, '../sites/other-origin');
const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript' };
const TUNNEL_MS = 3_000;
const NEAR_MS = 1_000;

let site: Server;
let origin: string;
let server: StillhereServer;

beforeEach(async () => {
  const port = await freePort();
  // Another host, and so another site, for a browser: cookies of the one are none of the other's.
  origin = `http://127.0.0.1:${port}`;
  server = await StillhereServer.startInTest({ CORS_ORIGINS: origin });
  site = createServer((request, response) => {
    const file = request.url === '/report/' ? 'index.html' : (request.url?.split('/').at(-1) ?? '');
    readFile(join(SITE, file), 'utf8').then(
      (text) =>
        response
          .setHeader('content-type', TYPES[file.split('.').at(-1) ?? ''] ?? 'text/plain')
          .end(text.replaceAll('https://stillhere.example', server.url)),
      () => response.writeHead(404).end(),
    );
  }).listen(port, '127.0.0.1');
  await once(site, 'listening');
  expect((site.address() as AddressInfo).port).toBe(port);
});
afterEach(async () => {
  site.close();
  site.closeAllConnections();
  await server.stop();
});

describe('a site on another host', () => {
  it('records truly who read it, through a tunnel, too', async ({ device }) => {
    const page = await device.newPage();
    await page.goto(`${origin}/report/`);
    await page.type('input', 'ann@example.com');
    await Promise.all([page.waitForNavigation(), page.click('button')]);
    const { id } = await until(async () => (await server.sessions()).find(({ sessionEndTime }) => sessionEndTime));

    await until(() => page.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration())?.active)));
    await server.stop();
    await elapsed(TUNNEL_MS);
    const closedAt = Date.now();
    await page.close();
    await server.start();
    const again = await device.newPage();
    await again.goto(`${origin}/report/`);

    const { spans } = await until(async () => {
      const found = await server.session(id);
      return Math.abs(Date.parse(found.spans[0]?.end ?? '') - closedAt) <= NEAR_MS && found;
    });
    expect(spans[0]).toMatchObject({ page: '/report/' });
  });
});
