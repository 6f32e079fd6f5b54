// The engines without Background Sync: what waits leaves as soon as the server can be reached, without a reload.
import { describe, it } from 'vitest';
import { openFirefox } from '../helpers/engines/puppeteer-device.ts';
import { openWebKit } from '../helpers/engines/webkit-device.ts';
import { ASKERS, SOON_MS, timeDeliveries } from '../helpers/reachable-again.ts';

const ROUNDS = 4;

// All three of an engine at once: they wait for pauses to run out.
describe.each([
  ['Firefox', openFirefox],
  ['WebKit', openWebKit],
])('in %s', (_name, open) => {
  it.concurrent.for(ASKERS)('%s asks within 2 s', async (asker, { expect }) => {
    const device = await open();
    try {
      const times = await timeDeliveries(device, asker, ROUNDS);
      console.log(`${asker}: ${times.join(', ')} ms`);
      expect(Math.max(...times)).toBeLessThan(SOON_MS);
    } finally {
      await device.close();
    }
  });
});
