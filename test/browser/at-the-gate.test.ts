// The gate's own page delivers, too: who comes back after access ended comes there, with spans that still wait.
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { enter, readQueue } from '../helpers/reader.ts';
import { READ, readPage } from '../helpers/reading-site.ts';
import { until } from '../helpers/until.ts';

describe.concurrent('at the gate', () => {
  it.for([READ, '/'])(
    'of %s what an earlier visit could not deliver is delivered',
    async (protect, { serveFar, device }) => {
      const { server, proxy } = await serveFar({ [READ]: readPage('text') }, { PROTECT: protect });
      proxy.fault = 'error-500';
      const page = await device.newPage();
      const id = await enter(page, proxy.url);
      await until(async () => (await readQueue(page)).length > 0);
      const other = await device.newPage();
      await page.close();
      await other.deleteCookie(...(await other.cookies(proxy.url)));
      proxy.fault = 'none';
      expect((await server.session(id)).spans).toEqual([]);

      await other.goto(proxy.url + READ);

      await until(() => new URL(other.url()).pathname === '/access');
      await until(async () => (await server.session(id)).spans.length === 1);
      expect(await server.sessions()).toHaveLength(1);
    },
  );
});
