// The Astro sites in Firefox, and in Chromium behind an https proxy.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectPagesApart, serveMixedAstro, serveNodeAstro, serveStaticAstro } from '../helpers/astro-sites.ts';
import { launchChromium } from '../helpers/chromium.ts';
import { freePort } from '../helpers/free-port.ts';
import { startNginx } from '../helpers/nginx.ts';
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

it('behind nginx with https an Astro site records truly who read it', { timeout: INSTALL_MS }, async () => {
  const profile = await mkdtemp(join(tmpdir(), 'stillhere-profile-'));
  const port = await freePort();
  const PUBLIC_URL = `https://localhost:${port}`;
  const server = await serveMixedAstro({ trailingSlash: 'always' }, { PUBLIC_URL, TRUST_PROXY: 'true' });
  const nginx = await startNginx(port, server.port);
  const chromium = await launchChromium(profile, ['--ignore-certificate-errors']);
  try {
    await expectTrueVisit(server, chromium, '/report/', nginx.url);
    const cookies = await chromium.defaultBrowserContext().cookies();
    expect(cookies.filter(({ secure }) => !secure)).toEqual([]);
    expect(cookies.map(({ name }) => name)).toContain('session_record_id');
  } finally {
    await chromium.close();
    await nginx.stop();
    await server.stop();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
