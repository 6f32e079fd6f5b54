// The Astro sites in Firefox.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { afterEach, beforeEach, describe, it } from 'vitest';
import { expectPagesApart, serveNodeAstro, serveStaticAstro } from '../helpers/astro-sites.ts';
import { launchFirefox } from '../helpers/firefox.ts';
import { INSTALL_MS } from '../helpers/site-folder.ts';
import { expectTrueVisit } from '../helpers/true-visit.ts';

describe('in Firefox an Astro site', { timeout: INSTALL_MS }, () => {
  let profile: string;
  let firefox: Browser;
  beforeEach(async () => {
    profile = await mkdtemp(join(tmpdir(), 'stillhere-profile-'));
    firefox = await launchFirefox(profile);
  });
  afterEach(async () => {
    await firefox.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  it.for(['/report/', '/offer/'])('that is built as files records truly who read %s', async (path) => {
    const server = await serveStaticAstro();
    try {
      await expectTrueVisit(server, firefox, path);
    } finally {
      await server.stop();
    }
  });

  it('with the client router and the Node adapter records truly who read it, and each of its pages', async () => {
    const server = await serveNodeAstro();
    try {
      await expectTrueVisit(server, firefox, '/report/');
      await expectPagesApart(server, await firefox.newPage());
    } finally {
      await server.stop();
    }
  });
});
