// What lies on the device: written before it is sent, readable in the devtools, and never an e-mail address.
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { enter, readQueue } from '../helpers/reader.ts';
import { READ } from '../helpers/reading-site.ts';
import { until } from '../helpers/until.ts';

describe.concurrent('on the device', () => {
  it('a span is in IndexedDB before it is on the network', async ({ proxy, device }) => {
    const page = await device.newPage();
    proxy.fault = 'held';
    const id = await enter(page, proxy.url);
    await until(() => proxy.seen.length > 0);

    const [row] = await readQueue(page);

    const [sent] = (JSON.parse(proxy.seen[0]?.body ?? '') as { spans: { id: string; end: number }[] }).spans;
    expect(row).toMatchObject({ id: sent?.id, session: id });
    expect(Number(row?.['end'])).toBeGreaterThanOrEqual(sent?.end ?? Infinity);
  });

  it('a row says to a person what it is', async ({ proxy, device }) => {
    proxy.fault = 'error-500';
    const page = await device.newPage();
    await enter(page, proxy.url);
    const [row] = await until(async () => {
      const rows = await readQueue(page);
      return Number(rows[0]?.['attempts']) > 0 && rows;
    });
    const { closed, ...named } = row ?? {};
    // Absent until the first tick.
    expect(closed ?? false).toBe(false);
    expect(named).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
      session: expect.stringMatching(/^[0-9a-v]{36}$/) as unknown,
      page: READ,
      start: expect.any(Number) as unknown,
      end: expect.any(Number) as unknown,
      startTime: new Date(Number(row?.['start'])).toISOString(),
      endTime: new Date(Number(row?.['end'])).toISOString(),
      attempts: expect.any(Number) as unknown,
      lastError: 'HTTP 500: proxy made it fail',
    });
  });

  it('there is no e-mail address anywhere', async ({ proxy, device }) => {
    proxy.fault = 'error-500';
    const page = await device.newPage();
    await enter(page, proxy.url);
    await until(async () => (await readQueue(page)).length > 0);

    const everything = await page.evaluate(async () => {
      const databases = await indexedDB.databases();
      const rows: unknown[] = [];
      for (const { name } of databases) {
        const opening = indexedDB.open(name ?? '');
        await new Promise((resolve) => opening.addEventListener('success', resolve));
        const database = opening.result;
        for (const store of database.objectStoreNames) {
          const reading = database.transaction(store).objectStore(store).getAll();
          await new Promise((resolve) => reading.addEventListener('success', resolve));
          rows.push(...reading.result);
        }
        database.close();
      }
      const cached = await caches.keys();
      return JSON.stringify([
        rows,
        cached,
        Object.entries(localStorage),
        Object.entries(sessionStorage),
        document.cookie,
      ]);
    });
    const cookies = await page.cookies();

    expect(everything).toContain(READ);
    expect(everything).not.toMatch(/ann|example\.com|%40/);
    expect(JSON.stringify(cookies)).not.toMatch(/ann@|example\.com/);
    expect(proxy.seen.map(({ body }) => body).join()).not.toMatch(/ann@|example\.com/);
  });

  it('workbox-window is loaded once, to register the worker, and by no page after that', async ({ server, device }) => {
    const page = await device.newPage();
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(new URL(request.url()).pathname));
    await enter(page, server.url);
    // Not until it controls this page: a page that is loaded in the moment in which the worker is activated is not claimed.
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    expect(loaded).toContain('/stillhere-register-worker.js');

    loaded.length = 0;
    await page.goto(server.url + READ);
    await until(() => page.evaluate('document.querySelector("session-heartbeat")?.heartbeat?.status().lastDelivery'));
    expect(loaded).toContain('/stillhere.js');
    expect(loaded).not.toContain('/stillhere-register-worker.js');
  });
});
