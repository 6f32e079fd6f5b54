// A site by plain http under a name of its own: no secure context, so no worker, no locks, and no Fetch Metadata.
import { expect } from 'vitest';
import { it, PLAIN_HOST } from '../helpers/browser-test.ts';
import { passGate } from '../helpers/reader.ts';
import { READ } from '../helpers/reading-site.ts';
import { until } from '../helpers/until.ts';

it('over plain http readers pass the gate, and are recorded', async ({ server, device }) => {
  const page = await device.newPage();
  const id = await passGate(page, `http://${PLAIN_HOST}:${server.port}`, 'ann@example.com', READ);
  expect(await page.evaluate(() => [window.isSecureContext, location.pathname])).toEqual([false, READ]);
  await until(async () => (await server.session(id)).spans.length > 0);
});
