// A span belongs to the session it was read in, whatever the cookie says when it is delivered.
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { heal } from '../helpers/fault-proxy.ts';
import { enter, readQueue } from '../helpers/reader.ts';
import { NEXT, READ } from '../helpers/reading-site.ts';
import { until } from '../helpers/until.ts';

describe.concurrent('two sessions on one device', () => {
  it('each get their own spans when the cookie was replaced while spans waited', async ({ server, proxy, device }) => {
    proxy.fault = 'error-500';
    const page = await device.newPage();
    const ann = await enter(page, proxy.url);
    await until(() => proxy.seen.length >= 1);
    await page.deleteCookie(...(await page.cookies()));
    const bob = await enter(page, proxy.url, 'bob@example.com', NEXT);
    await until(async () => (await readQueue(page)).length >= 2);
    expect((await server.session(ann)).spans).toEqual([]);

    await heal(page, proxy);

    await until(
      async () => (await server.session(ann)).spans.length > 0 && (await server.session(bob)).spans.length > 0,
    );
    expect((await server.session(ann)).spans.map((span) => span.page)).toEqual([READ]);
    expect((await server.session(bob)).spans.map((span) => span.page)).toEqual([NEXT]);
  });

  it('are told apart in a page that stays open', async ({ server, device }) => {
    const page = await device.newPage();
    const ann = await enter(page, server.url);
    const tab = await device.newPage();
    await tab.deleteCookie(...(await tab.cookies(server.url)));
    const bob = await enter(tab, server.url, 'bob@example.com');
    expect(bob).not.toBe(ann);
    const backAt = Date.now();
    await page.bringToFront();

    await until(async () => (await server.session(bob)).spans.some(({ start }) => Date.parse(start) >= backAt - 500));
    for (const { end } of (await server.session(ann)).spans) expect(Date.parse(end)).toBeLessThan(backAt);
  });
});
