// Where the browser has no Background Sync for us: what waits leaves as soon as the server can be reached, without a reload.
import { expect, it } from 'vitest';
import { openChromium } from '../helpers/engines/puppeteer-device.ts';
import { ASKERS, SOON_MS, timeDeliveries } from '../helpers/reachable-again.ts';

const ROUNDS = 4;

it.concurrent.for(ASKERS)('%s asks within 2 s', async (asker) => {
  const device = await openChromium();
  try {
    await device.denySync?.();
    const times = await timeDeliveries(device, asker, ROUNDS);
    console.log(`${asker}: ${times.join(', ')} ms`);
    expect(times).toHaveLength(ROUNDS);
    expect(Math.max(...times)).toBeLessThan(SOON_MS);
  } finally {
    await device.close();
  }
});
