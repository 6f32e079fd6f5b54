// A site that nobody here wrote: the documentation that Fastify packs, built by VitePress with its own theme.
import { cpSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { findUnprotectedData } from '../../../server/site/unprotected-data.ts';
import { listSite } from '../../../server/site/list-site.ts';
import { it } from '../../helpers/browser-test.ts';
import { openAndListen } from '../../helpers/host-page.ts';
import { passGate } from '../../helpers/reader.ts';
import { INSTALL_MS, runTool, servePacked, siteFolder } from '../../helpers/site-folder.ts';
import type { StillhereServer } from '../../helpers/stillhere-server.ts';
import { expectTrueVisit } from '../../helpers/true-visit.ts';
import { until } from '../../helpers/until.ts';

const PAGE = '/Guides/Testing.html';
const NEXT = '/Guides/Plugins-Guide.html';
/** At the end of the head, and at the end of the body. */
const OUR_TAGS = [
  '<script type="module" async src="/stillhere.js" data-stillhere-start></script>',
  '<session-heartbeat></session-heartbeat>',
];

let dist = '';

const get = async (server: StillhereServer, path: string): Promise<Buffer> =>
  Buffer.from(await (await fetch(server.url + path)).arrayBuffer());

describe.concurrent('the documentation of another project', { timeout: INSTALL_MS }, () => {
  beforeAll(async () => {
    const folder = await siteFolder('docs');
    cpSync(join(folder, '../node_modules/fastify/docs'), folder, { recursive: true });
    await runTool(folder, 'vitepress', 'build');
    dist = join(folder, '.vitepress/dist');
  }, INSTALL_MS);

  it('is served byte for byte where nothing is protected', async () => {
    const server = await servePacked(dist);
    try {
      const files = globSync('**/*.*', { cwd: dist });
      expect(files.length).toBeGreaterThan(100);
      for (const file of files)
        expect((await get(server, `/${encodeURI(file)}`)).equals(readFileSync(join(dist, file))), file).toBe(true);
      expect((await get(server, PAGE.replace('.html', ''))).equals(readFileSync(join(dist, PAGE)))).toBe(true);
    } finally {
      await server.stop();
    }
  });

  it('has the text of each page in a script, too, which is told where only a part is behind the gate', async () => {
    const leaks = await findUnprotectedData(dist, await listSite(dist), ['/Guides/']);
    expect(leaks.map(({ page }) => page.slice(1)).toSorted()).toEqual(
      globSync('Guides/*.html', { cwd: dist }).toSorted(),
    );
  });

  it('is behind the gate where it is protected, and its reading is recorded, page by page', async ({ device }) => {
    const server = await servePacked(dist, '--protect', '/');
    try {
      expect((await get(server, PAGE)).includes('id="email"')).toBe(true);
      await expectTrueVisit(server, device, PAGE);

      const { page, heard } = await openAndListen(device);
      const id = await passGate(page, server.url.replace('localhost', '127.0.0.1'), 'bob@example.com', PAGE);
      const shown = await page.evaluate(async () => (await fetch(location.href)).text());
      for (const tag of OUR_TAGS) expect(shown).toContain(tag);
      const others = OUR_TAGS.reduce((html, tag) => html.replace(tag, ''), shown);
      expect(others).toBe(readFileSync(join(dist, PAGE), 'utf8'));
      await until(async () => (await server.session(id)).spans.length === 1);
      await page.$eval('main a[href$="/Plugins-Guide.html"]', (link) => link.click());
      await until(async () => (await server.session(id)).spans.length === 2);
      expect((await server.session(id)).spans.map((span) => span.page)).toEqual([PAGE, NEXT]);
      expect(heard).toEqual([]);
    } finally {
      await server.stop();
    }
  });
});
