// A site with Angular's own worker, which has nothing of ours in it: `ngsw-worker.js` and its list `ngsw.json`, made as Angular's build
// makes them.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { describe, expect } from 'vitest';
import { it } from '../../helpers/browser-test.ts';
import { INSTALL_MS, runTool, servePacked, siteFolder } from '../../helpers/site-folder.ts';
import { readDevice, readRegistrations } from '../../helpers/site-worker.ts';
import { expectTrueVisit } from '../../helpers/true-visit.ts';
import { until } from '../../helpers/until.ts';

const PAGE = '/report/';
/** Nothing of what is behind the gate. */
const KEPT = '/index.html,/main.js,/ngsw-worker.js';
const ITS_CACHE = ':assets:app:cache ';

/**
 * Resolves with the folder of the built site.
 * @param change in its configuration.
 */
async function buildAngular(name: string, change?: (config: string) => string): Promise<string> {
  const folder = await siteFolder('angular', name);
  const config = join(folder, 'ngsw-config.json');
  if (change) writeFileSync(config, change(readFileSync(config, 'utf8')));
  const worker = createRequire(join(folder, 'index.js')).resolve('@angular/service-worker/ngsw-worker.js');
  cpSync(worker, join(folder, 'site/ngsw-worker.js'));
  await runTool(folder, 'ngsw-config', 'site', 'ngsw-config.json');
  return join(folder, 'site');
}

/** The paths of the files that Angular's worker keeps. It fetches them when the page has been quiet for some seconds. */
async function readKept(page: Page): Promise<readonly string[]> {
  const { cached } = await readDevice(page);
  return cached.filter((entry) => entry.includes(ITS_CACHE)).map((entry) => entry.slice(entry.indexOf(' ') + 1));
}

describe.concurrent("a site with Angular's worker", { timeout: INSTALL_MS }, () => {
  it('records truly who comes from its kept pages, and is read offline as before', async ({ device }) => {
    const server = await servePacked(await buildAngular('angular-kept'), '--protect', PAGE);
    try {
      const page = await device.newPage();
      await page.goto(`${server.url}/`);
      await until(async () => (await readKept(page)).join() === KEPT);
      await expectTrueVisit(server, device, PAGE);

      expect(await readKept(page)).toEqual(KEPT.split(','));
      await server.stop();
      await page.reload();
      expect(await page.title()).toBe("A site of Angular's worker");
    } finally {
      await server.stop();
    }
  });

  it('records truly whose first page is behind the gate, and its worker stays the only one', async ({ device }) => {
    const server = await servePacked(await buildAngular('angular-first'), '--protect', PAGE);
    try {
      await expectTrueVisit(server, device, PAGE);
      const [page] = (await device.context.pages()).toReversed();
      if (!page) throw new Error('The page is closed.');
      await page.waitForFunction(() => navigator.serviceWorker.controller);
      expect(await readRegistrations(page)).toEqual({ '/': '/ngsw-worker.js' });
      expect(server.output.match(/The site's service worker.*/)).toBeNull();
    } finally {
      await server.stop();
    }
  });

  it('is told at the start that its worker would hide the gate, as it does', async ({ device }) => {
    const asItComes = (config: string): string => config.replace(/"navigationUrls": .*/, '');
    const server = await servePacked(await buildAngular('angular-hidden', asItComes), '--protect', PAGE);
    try {
      expect(server.output).toContain('/ngsw-worker.js answers /report/, /access, /owner with a page that it keeps');
      const page = await device.newPage();
      await page.goto(`${server.url}/`);
      await until(async () => (await readKept(page)).join() === KEPT);
      await page.goto(server.url + PAGE);
      expect(await page.title()).toBe("A site of Angular's worker");
    } finally {
      await server.stop();
    }
  });

  it('is told at the start that its worker would keep what is behind the gate', async ({ device }) => {
    const everything = (config: string): string => config.replace('["/**", "!/report/**"]', '["/**"]');
    const server = await servePacked(await buildAngular('angular-all', everything), '--protect', PAGE);
    try {
      expect(server.output).toContain('/ngsw-worker.js keeps pages behind the gate, like /report/index.html');
      const page = await device.newPage();
      await page.goto(`${server.url}/`);
      // It gets the gate in the place of the report, which isn't the file that its list has the hash of.
      await until(async () =>
        page.evaluate(async () => (await (await fetch('/ngsw/state')).text()).includes('Hash mismatch')),
      );
      await expectTrueVisit(server, device, PAGE);
    } finally {
      await server.stop();
    }
  });
});
