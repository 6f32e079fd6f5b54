// Sites under a path of their host: files behind `stillhere serve --base`, and a Koa app.
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from '../../helpers/browser-test.ts';
import { INSTALL_MS, servePacked, siteFolder } from '../../helpers/site-folder.ts';
import { StillhereServer } from '../../helpers/stillhere-server.ts';
import { readRegistrations } from '../../helpers/site-worker.ts';
import { expectTrueVisit } from '../../helpers/true-visit.ts';

const BASE = '/work';
const PAGE = `${BASE}/report/`;

const serveFiles = async (): Promise<StillhereServer> =>
  servePacked(await siteFolder('deck', 'deck-under-work'), '--base', BASE, '--protect', '/report/');
const startKoa = async (): Promise<StillhereServer> =>
  StillhereServer.start({ BASE }, [join(await siteFolder('koa', 'koa-under-work'), 'server.js')]);

describe.concurrent.for([
  { site: 'files behind stillhere serve', start: serveFiles },
  { site: 'a Koa app', start: startKoa },
])('$site under a path of the host', ({ start }) => {
  it('records truly who read it, by the whole path', { timeout: INSTALL_MS }, async ({ device }) => {
    const server = await start();
    try {
      const id = await expectTrueVisit(server, device, PAGE);
      const { pages } = await server.session(id);
      expect(pages.map(({ page }) => page)).toEqual([PAGE]);

      const [page] = (await device.context.pages()).toReversed();
      if (!page) throw new Error('The page is closed.');
      expect(await readRegistrations(page)).toEqual({ [`${BASE}/`]: `${BASE}/sw.js` });
      const cookies = await device.context.cookies();
      expect(cookies.filter(({ name }) => name.startsWith('session_')).map(({ path }) => path)).toEqual([BASE]);
    } finally {
      await server.stop();
    }
  });
});
