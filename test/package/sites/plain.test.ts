// Plain HTML under strict policies, behind `stillhere serve` as the site has installed it.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it } from '../../helpers/browser-test.ts';
import { readStatus } from '../../helpers/host-page.ts';
import { openUnderPolicy } from '../../helpers/policy-page.ts';
import { passGate } from '../../helpers/reader.ts';
import { INSTALL_MS, runTool, servePacked, siteFolder } from '../../helpers/site-folder.ts';
import { expectTrueVisit } from '../../helpers/true-visit.ts';
import { until } from '../../helpers/until.ts';

const PAGE = '/report/';

describe.concurrent('plain HTML under a strict Content-Security-Policy', { timeout: INSTALL_MS }, () => {
  it('records truly who read it, and the policy stops nothing', async ({ device }) => {
    const folder = await siteFolder('plain');
    const server = await servePacked(folder, '--protect', PAGE);
    try {
      await expectTrueVisit(server, device, PAGE);

      const { page, heard } = await openUnderPolicy(device);
      // Another site for the browser: it has no worker yet.
      const url = server.url.replace('localhost', '127.0.0.1');
      await passGate(page, url, 'bob@example.com', PAGE);
      await until(async () => (await readStatus(page))?.worker === 'active');
      expect(await (await page.goto(url + PAGE))?.text()).toBe(
        await readFile(join(folder, PAGE, 'index.html'), 'utf8'),
      );
      expect(await (await page.goto(url))?.text()).toBe(await readFile(join(folder, 'index.html'), 'utf8'));
      expect(heard).toEqual([]);
    } finally {
      await server.stop();
    }
  });

  it('has the page library checked against the hash that the command prints', async ({ device }) => {
    const folder = await siteFolder('plain', 'plain-integrity');
    const snippet = await runTool(folder, 'stillhere', 'snippet');
    const file = join(folder, PAGE, 'index.html');
    const html = await readFile(file, 'utf8');
    await writeFile(
      file,
      html.replace(/<!-- stillhere -->[^]*(?=<\/html>)/, () => snippet),
    );
    const server = await servePacked(folder, '--protect', PAGE);
    try {
      const { page, heard } = await openUnderPolicy(device);
      const id = await passGate(page, server.url, 'ann@example.com', PAGE);
      await until(async () => (await server.session(id)).sessionEndTime);
      expect(await page.$eval('script', ({ integrity }) => integrity)).toMatch(/^sha256-.{44}$/);
      expect(heard).toEqual([]);

      await writeFile(
        file,
        html.replace(/<!-- stillhere -->[^]*(?=<\/html>)/, () => snippet.replace(/sha256-.{4}/, 'sha256-AAAA')),
      );
      await page.reload();
      await until(() => heard.some((line) => line.includes('integrity')));
      expect(await readStatus(page)).toBe(undefined);
    } finally {
      await server.stop();
    }
  });

  it('is read without a line in it where trust is passed on by hashes alone', async ({ device }) => {
    const server = await servePacked(await siteFolder('plain', 'plain-sealed'), '--protect', PAGE);
    try {
      const { page, heard } = await openUnderPolicy(device);
      const id = await passGate(page, server.url, 'ann@example.com', `${PAGE}sealed/`);
      await until(async () => (await server.session(id)).sessionEndTime);
      await until(async () => (await readStatus(page))?.worker === 'active');
      expect(heard).toEqual([]);
    } finally {
      await server.stop();
    }
  });
});
