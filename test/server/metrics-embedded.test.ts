// The metrics of a server of somebody else's, in which Stillhere is embedded.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stillhere, type Stillhere } from '../../server/app/embed.ts';
import { freePort } from '../helpers/free-port.ts';
import { parseMetrics } from '../helpers/read-metrics.ts';
import { startKoa } from '../helpers/start-koa.ts';

let folder: string;
let port: number;
let logLines: string[];
const opened: Stillhere[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stillhere-metrics-'));
  port = await freePort();
  logLines = [];
});
afterEach(async () => {
  for (const gate of opened.splice(0)) await gate.close();
  await rm(folder, { recursive: true });
});

async function embed(name: string): Promise<Stillhere> {
  const log = pino({ level: 'warn' }, { write: (line) => logLines.push(line) });
  const storeUrl = `file:${join(folder, `${name}.db`)}`;
  const gate = stillhere({ protect: ['/report/'], storeUrl, metricsAddress: `127.0.0.1:${port}`, log });
  opened.push(gate);
  await gate.ready();
  return gate;
}

it("count the requests that Stillhere answers, and not the host's", async () => {
  const url = await startKoa(await embed('one'), (ctx) => {
    ctx.body = `the host's ${ctx.path}`;
  });
  expect(await (await fetch(`${url}/metrics`)).text()).toBe("the host's /metrics");
  await fetch(`${url}/healthz`);
  const { values } = parseMetrics(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  const requests = [...values].filter(([name]) => name.startsWith('stillhere_http_requests_total'));
  expect(requests).toEqual([['stillhere_http_requests_total{route="/healthz",status="200"}', 1]]);
});

it('leave the site working where their address is taken, and say so in the log', async () => {
  await embed('one');
  const url = await startKoa(await embed('two'));
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect(logLines.join('')).toContain('another program uses this port');
});

it('end with it', async () => {
  await (await embed('one')).close();
  await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
});
