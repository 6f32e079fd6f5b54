// Where the metrics of a server are, and who can read them.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MeteredServer } from '../helpers/metered-server.ts';
import { OWNER_TOKEN, StillhereServer } from '../helpers/stillhere-server.ts';

const METRICS_TOKEN = 'metrics-token-for-tests-only-0123456789';

let metered: MeteredServer;
afterEach(() => metered.stop());

describe('/metrics', () => {
  it('is in the format that Prometheus asks for, and nothing else is at its address', async () => {
    metered = await MeteredServer.start();
    const answer = await metered.ask();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect((await metered.ask('/metrics?x')).status).toBe(200);
    expect((await metered.ask('/metrics', { method: 'HEAD' })).status).toBe(200);
    expect((await metered.ask('/metrics', { method: 'POST' })).status).toBe(405);
    for (const path of ['/', '/metrics/', '/metricsx', '/api/sessions', '/report/'])
      expect((await metered.ask(path)).status, path).toBe(404);
  });

  it('is closed without the token, where one is set', async () => {
    metered = await MeteredServer.start({ METRICS_TOKEN });
    for (const authorization of [undefined, '', METRICS_TOKEN, `Bearer ${METRICS_TOKEN}x`, `Bearer ${OWNER_TOKEN}`]) {
      const answer = await metered.ask('/metrics', { headers: authorization === undefined ? {} : { authorization } });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect(await answer.text()).not.toContain('stillhere_');
    }
    const values = await metered.read({ headers: { authorization: `Bearer ${METRICS_TOKEN}` } });
    expect(values.get('stillhere_commits_failed_total')).toBe(0);
  });

  it.for([
    ['on', {}],
    ['off', { METRICS_ADDRESS: '' }],
  ] as const)("is the site's own path at the site's address, with metrics %s", async ([, environment]) => {
    metered = await MeteredServer.start(environment);
    expect((await fetch(`${metered.url}/metrics`)).status).toBe(404);
    await writeFile(join(metered.folder, 'metrics.html'), '<title>Our metrics</title>');
    expect(await (await fetch(`${metered.url}/metrics`)).text()).toContain('Our metrics');
  });

  it('has nobody who listens where metrics are off', async () => {
    metered = await MeteredServer.start({ METRICS_ADDRESS: '' });
    await expect(metered.ask()).rejects.toThrow();
  });

  it('ends with the server, and is refused an address that is taken', async () => {
    metered = await MeteredServer.start();
    await expect(
      StillhereServer.startInTest({
        METRICS_ADDRESS: `127.0.0.1:${metered.metricsPort}`,
        SITE_DIR: metered.folder,
        PROTECT: '/report/',
      }),
    ).rejects.toThrow(
      `Can't listen on 127.0.0.1:${metered.metricsPort}: another program uses this port. Set METRICS_ADDRESS.`,
    );
    await metered.server.stop();
    await expect(metered.ask()).rejects.toThrow();
  });
});
