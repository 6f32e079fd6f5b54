// Astro sites with the packed package in them: built as files, and with the client router and the Node adapter.
import { beforeAll, describe, expect } from 'vitest';
import { buildAstro, expectPagesApart, serveNodeAstro, serveStaticAstro } from '../../helpers/astro-sites.ts';
import { it } from '../../helpers/browser-test.ts';
import { passGate } from '../../helpers/reader.ts';
import { INSTALL_MS } from '../../helpers/site-folder.ts';
import { expectTrueVisit } from '../../helpers/true-visit.ts';
import { until } from '../../helpers/until.ts';

// Builds take the CPU time that visits need to be on time.
beforeAll(async () => {
  for (const site of ['astro', 'astro-node'] as const) await buildAstro(site);
}, INSTALL_MS);

describe.concurrent('an Astro site that is built as files', { timeout: INSTALL_MS }, () => {
  it('records truly who read a page with the component, by its props', async ({ device }) => {
    const server = await serveStaticAstro();
    try {
      const page = await device.newPage();
      const said: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      await passGate(page, server.url.replace('localhost', '127.0.0.1'), 'bob@example.com', '/report/');
      await until(() => said.some((line) => line.startsWith('stillhere: ')));
      const attributes = await page.$eval('session-heartbeat', (element) =>
        ['interval', 'adaptive'].map((name) => element.getAttribute(name)),
      );
      expect(attributes).toEqual(['60000', 'false']);
      await page.close();
      await expectTrueVisit(server, device, '/report/');
    } finally {
      await server.stop();
    }
  });

  it('records truly who read a page under a path of the integration, from page to page', async ({ device }) => {
    const server = await serveStaticAstro();
    try {
      const page = await device.newPage();
      const said: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      const url = server.url.replace('localhost', '127.0.0.1');
      const id = await passGate(page, url, 'bob@example.com', '/offer/');
      // The integration's own: the lines that `serve` puts in say nothing.
      await until(() => said.some((line) => line.startsWith('stillhere: ')));
      await page.click('a');
      const { spans } = await until(async () => {
        const session = await server.session(id);
        return session.currentPage === '/offer/prices/' && session;
      });
      // The early start of `serve` gives way to the integration.
      expect([...new Set(spans.map((span) => span.page))]).toEqual(['/offer/', '/offer/prices/']);
      await page.close();
      await expectTrueVisit(server, device, '/offer/');
    } finally {
      await server.stop();
    }
  });
});

describe.concurrent('an Astro site with the client router and the Node adapter', { timeout: INSTALL_MS }, () => {
  it('records truly who read it, and each of its pages', async ({ device }) => {
    const server = await serveNodeAstro();
    try {
      await expectTrueVisit(server, device, '/report/');
      await expectPagesApart(server, await device.newPage());
    } finally {
      await server.stop();
    }
  });
});
