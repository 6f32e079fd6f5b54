// The inspector in Firefox: without Background Sync, and with a back/forward cache that open channels keep pages out of.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { launchFirefox } from '../helpers/firefox.ts';
import { press, readInspector, type Shown } from '../helpers/inspected-device.ts';
import { CASE_STUDY, passGate } from '../helpers/reader.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

it('shows and delivers what waits, and leaves the page to the back/forward cache', async () => {
  const server = await StillhereServer.start();
  const profile = await mkdtemp(join(tmpdir(), 'stillhere-profile-'));
  const firefox = await launchFirefox(profile);
  try {
    const page = await firefox.newPage();
    await passGate(page, server.url, 'ann@example.com');
    const shown = (isSo: (inspector: Shown) => unknown): Promise<Shown> =>
      until(async () => {
        const inspector = await readInspector(page);
        return inspector && isSo(inspector) ? inspector : undefined;
      });
    await page.goto(`${server.url}${CASE_STUDY}?heartbeat-inspector`);
    const { facts } = await shown(({ waiting }) => waiting.length > 0);
    expect(facts).toMatchObject({ 'Background Sync': 'not in this browser' });
    await press(page, 'Deliver now');
    await shown(({ delivered, summary }) => delivered.length > 0 && summary.startsWith('Nothing waits'));

    // What the inspector is just reading when the page is left keeps it out: right after it was loaded 3 times of 6, 4 s later
    // never (0 of 6), and a page without an inspector never (0 of 6).
    const isKept = await until(async () => {
      await page.evaluate(() => Object.assign(window, { mark: true }));
      await page.goto(`${server.url}/`);
      // Not goBack(): it waits for a load that a page out of the cache doesn't have.
      await page.evaluate(() => history.back());
      const back = await until(() => page.evaluate(() => location.pathname !== '/' && { isSame: 'mark' in window }));
      return back.isSame;
    });
    expect(isKept).toBe(true);
    await shown(({ waiting }) => waiting.length > 0);
  } finally {
    await firefox.close();
    await server.stop();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
