// The original page script, unchanged, against this server: no library, no worker, an empty body.
import { describe, expect } from 'vitest';
import { it } from '../helpers/browser-test.ts';
import { passGate } from '../helpers/reader.ts';
import { until } from '../helpers/until.ts';

const PAGE = `<!doctype html><title>Report</title><h1>Report</h1><script>
  const beat = () => fetch('/api/session-heartbeat', { method: 'POST', credentials: 'same-origin' });
  beat();
  setInterval(beat, 180000);
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') beat(); });
  addEventListener('beforeunload', () => navigator.sendBeacon('/api/session-heartbeat'));
</script>`;

describe('the original page script', () => {
  it('is served: at load, on becoming visible, and by its beacon at the end', async ({ serve, device }) => {
    const site = { '/report/': PAGE, '/': '<!doctype html><title>Home</title>' };
    const server = await serve(site, { PROTECT: '/report' });
    const page = await device.newPage();
    const id = await passGate(page, server.url, 'ann@example.com', '/report/');
    const seen = async (): Promise<number> => Date.parse((await server.session(id)).sessionEndTime ?? '');
    await until(seen);

    const cover = await device.newPage();
    await cover.bringToFront();
    const backAt = Date.now();
    await page.bringToFront();
    await until(async () => (await seen()) >= backAt);

    const leftAt = Date.now();
    await page.goto(server.url);
    await until(async () => (await seen()) >= leftAt);
    expect((await server.session(id)).spans).toEqual([]);
  });
});
