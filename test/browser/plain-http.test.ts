// A site by plain http under a name of its own: no secure context, so no worker, no locks, and no Fetch Metadata.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { launchChromium } from '../helpers/chromium.ts';
import { CASE_STUDY, passGate } from '../helpers/reader.ts';
import { until } from '../helpers/until.ts';

it('over plain http readers pass the gate, and are recorded', async ({ server }) => {
  const profile = await mkdtemp(join(tmpdir(), 'stillhere-profile-'));
  const browser = await launchChromium(profile, ['--host-resolver-rules=MAP portfolio.example 127.0.0.1']);
  try {
    const page = await browser.newPage();
    const id = await passGate(page, `http://portfolio.example:${server.port}`, 'ann@example.com');
    expect(await page.evaluate(() => [window.isSecureContext, location.pathname])).toEqual([false, CASE_STUDY]);
    await until(async () => (await server.session(id)).spans.length > 0);
  } finally {
    await browser.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
