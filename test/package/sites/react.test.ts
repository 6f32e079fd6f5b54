// A React single-page site that its own Vite has built from the packed package.
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from '../../helpers/browser-test.ts';
import { passGate } from '../../helpers/reader.ts';
import { INSTALL_MS, runTool, siteFolder } from '../../helpers/site-folder.ts';
import { StillhereServer } from '../../helpers/stillhere-server.ts';
import { expectTrueVisit } from '../../helpers/true-visit.ts';
import { until } from '../../helpers/until.ts';

describe('a React site that Vite has built', () => {
  it('records truly who read it, and each of its pages', { timeout: INSTALL_MS }, async ({ device }) => {
    const folder = await siteFolder('react');
    await runTool(folder, 'vite', 'build');
    const server = await StillhereServer.start({ SITE_DIR: join(folder, 'dist'), PROTECT: '/report/' });
    try {
      await expectTrueVisit(server, device, '/report/');

      const page = await device.newPage();
      const id = await passGate(page, server.url.replace('localhost', '127.0.0.1'), 'bob@example.com', '/report/');
      await until(async () => (await server.session(id)).spans.length === 1);
      await page.click('button');
      const { spans } = await until(async () => {
        const found = await server.session(id);
        return found.spans.length > 1 && found;
      });
      expect(spans.map((span) => span.page)).toEqual(['/report/', '/report/2']);
      expect(await page.$eval('h1', (heading) => heading.textContent)).toBe('Chapter 2');
    } finally {
      await server.stop();
    }
  });
});
