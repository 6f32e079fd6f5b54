// The owner's pages in Firefox and WebKit. test/browser/owner-page.test.ts is Chromium's, and more.
import { expect, it } from 'vitest';
import type { Device, Tab } from '../helpers/engines/engine.ts';
import { openFirefox } from '../helpers/engines/puppeteer-device.ts';
import { openWebKit } from '../helpers/engines/webkit-device.ts';
import { addMonth, makeLink } from '../helpers/owner.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

const ROOT = `document.querySelector('stillhere-owner').shadowRoot`;

const shows = (tab: Tab, text: string): Promise<boolean> =>
  until(() => tab.evaluate<boolean>(`${ROOT}.textContent.replaceAll(/\\s+/g, ' ').includes(${JSON.stringify(text)})`));

const click = (tab: Tab, selector: string): Promise<unknown> =>
  tab.evaluate(`${ROOT}.querySelector(${JSON.stringify(selector)}).click()`);

it.each([
  ['Firefox', openFirefox],
  ['WebKit', openWebKit],
])(
  'in %s the owner logs in by a link, and sees who arrives and who read what',
  async (_, open: () => Promise<Device>) => {
    const server = await StillhereServer.start();
    const device = await open();
    try {
      await addMonth(server);
      const tab = await device.open('window');
      await tab.goto(await makeLink(server));
      await shows(tab, '2 people are reading now');
      expect(await tab.evaluate('location.href')).toBe(`${server.url}/owner`);

      // Without a reload.
      await fetch(`${server.url}/api/verify-temp-access`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'newcomer@example.com' }),
      });
      await shows(tab, 'newcomer@example.com');

      await click(tab, 'tr:has(.offline) a');
      await shows(tab, 'of it offline');
      expect(await tab.evaluate(`${ROOT}.querySelectorAll('.tunnel').length`)).toBeGreaterThan(0);
      await click(tab, 'a[href="/owner/readers"]');
      await shows(tab, 'Last seen');
      await click(tab, 'tbody th a');
      await shows(tab, 'read in all');
      await click(tab, 'a[href="/owner/pages"]');
      await shows(tab, 'Median');
      await click(tab, 'a[href="/owner/days"]');
      await shows(tab, 'in the last 30 days');
      await tab.evaluate('history.back()');
      await shows(tab, 'Median');
    } finally {
      await device.close();
      await server.stop();
    }
  },
);
