// A Koa app with a session, a body parser and errors of its own, and the packed package in it.
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { postJson } from '../../helpers/ask-host.ts';
import { it } from '../../helpers/browser-test.ts';
import { cookiesOf } from '../../helpers/cookies.ts';
import { INSTALL_MS, siteFolder } from '../../helpers/site-folder.ts';
import { StillhereServer } from '../../helpers/stillhere-server.ts';
import { expectTrueVisit } from '../../helpers/true-visit.ts';
import { HEARTBEAT_PATH } from '../../../sw/protocol/delivery.ts';

describe('a Koa app', { timeout: INSTALL_MS }, () => {
  it('records truly who read it, and its sessions, bodies and errors stay its own', async ({ device }) => {
    const server = await StillhereServer.start({}, [join(await siteFolder('koa'), 'server.js')]);
    try {
      await expectTrueVisit(server, device, '/report/');
      // Its own session outlives the gate and the restart.
      const [page] = (await device.context.pages()).toReversed();
      expect(await page?.$eval('h1', (heading) => heading.textContent)).toBe('Visit 2');

      const first = await postJson(`${server.url}/order`, { what: 'tea' });
      expect(await first.json()).toEqual({ ordered: { what: 'tea' }, visit: 1 });
      const second = await postJson(`${server.url}/order`, { what: 'cake' }, cookiesOf(first));
      expect(await second.json()).toEqual({ ordered: { what: 'cake' }, visit: 2 });

      const broken = await fetch(`${server.url}/broken`);
      expect([broken.status, await broken.text()]).toEqual([500, 'The site is sorry: it is broken']);
      const nonsense = await postJson(server.url + HEARTBEAT_PATH, { spans: 'none' });
      expect([nonsense.status, nonsense.headers.getSetCookie()]).toEqual([400, []]);
      expect(await nonsense.json()).toMatchObject({ success: false });
    } finally {
      await server.stop();
    }
  });
});
