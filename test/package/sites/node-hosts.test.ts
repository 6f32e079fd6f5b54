// Servers of other kinds, with the packed package in them: Express in a browser, and all of them asked without one.
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { expectGateAndBeat, postJson } from '../../helpers/ask-host.ts';
import { it } from '../../helpers/browser-test.ts';
import { INSTALL_MS, siteFolder, toolPath } from '../../helpers/site-folder.ts';
import { StillhereServer } from '../../helpers/stillhere-server.ts';
import { expectTrueVisit } from '../../helpers/true-visit.ts';

const start = async (site: string, name = site): Promise<StillhereServer> =>
  StillhereServer.start({}, [join(await siteFolder(site, name), 'server.js')]);

describe.concurrent('an Express app', () => {
  it('records truly who read it', { timeout: INSTALL_MS }, async ({ device }) => {
    const server = await start('express', 'express-read');
    try {
      await expectTrueVisit(server, device, '/report/');
    } finally {
      await server.stop();
    }
  });
});

describe.concurrent.for(['express', 'fastify', 'hono'])('an app of %s', (site) => {
  it('stands behind the gate, beats are stored, and its own bodies reach it', { timeout: INSTALL_MS }, async () => {
    const server = await start(site);
    try {
      await expectGateAndBeat(server, '/report/');
      expect(await (await postJson(`${server.url}/order`, { what: 'tea' })).json()).toEqual({
        ordered: { what: 'tea' },
      });
      expect((await fetch(`${server.url}/nowhere`)).status).toBe(404);
    } finally {
      await server.stop();
    }
  });
});

describe.concurrent("Vite's server for development", () => {
  it('has the gate before the pages, and stores beats', { timeout: INSTALL_MS }, async () => {
    const server = await StillhereServer.start({}, [toolPath('vite'), await siteFolder('vite')]);
    try {
      await expectGateAndBeat(server, '/report/');
    } finally {
      await server.stop();
    }
  });
});
