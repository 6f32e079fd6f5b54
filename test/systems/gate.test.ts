// The gate in Firefox and WebKit, as a reader uses it: by its form. test/browser/gate-form.test.ts is the same in Chromium.
import { describe, expect, test } from 'vitest';
import { openFirefox } from '../helpers/engines/puppeteer-device.ts';
import { openWebKit } from '../helpers/engines/webkit-device.ts';
import { READ, readPage, startReadingSite } from '../helpers/reading-site.ts';
import { until } from '../helpers/until.ts';

describe.for([
  ['Firefox', openFirefox],
  ['WebKit', openWebKit],
] as const)('the gate in %s', ([, open]) => {
  test('leads to the place in the page that was asked for, also after a refusal and a reload', async () => {
    const server = await startReadingSite({ [READ]: readPage('<p id="chapter-3">Three</p>') });
    const device = await open();
    try {
      const tab = await device.open('window');
      const submit = (email: string): Promise<unknown> =>
        tab.evaluate(`(() => {
          const field = document.querySelector('input[name=email]');
          field.value = ${JSON.stringify(email)};
          // After this script has answered.
          setTimeout(() => document.querySelector('form button').click(), 0);
          return true;
        })()`);
      const show = (expression: string): Promise<unknown> => tab.evaluate(expression).catch(() => undefined);
      await tab.goto(`${server.url}${READ}?a=1#chapter-3`);
      await until(async () => (await show('location.pathname')) === '/access');
      await submit('no address');
      await until(async () => (await show("document.querySelector('[role=alert]')?.textContent")) !== undefined);
      expect(await show("document.querySelector('input[name=email]').value")).toBe('no address');
      await tab.goto((await show('location.href')) as string);
      await until(async () => (await show("!!document.querySelector('input[name=email]')")) === true);
      await submit('ann@example.com');
      await until(async () => (await show('location.pathname')) === READ);
      expect(await show('location.search + location.hash')).toBe('?a=1#chapter-3');
      expect(await server.sessions()).toHaveLength(1);
    } finally {
      await device.close();
      await server.stop();
    }
  });
});
