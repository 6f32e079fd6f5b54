// The metrics as Debian's Prometheus reads them, by the configuration of docs/metrics.md, and its verdict on the alerts.
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePort } from '../helpers/free-port.ts';
import { MeteredServer } from '../helpers/metered-server.ts';
import { startProxyProcess } from '../helpers/proxy-process.ts';
import { readSnippet } from '../helpers/read-snippet.ts';
import { until } from '../helpers/until.ts';

const DOCS = join(import.meta.dirname, '../../docs/metrics');
const ALERTS = join(DOCS, 'alerts.yaml');
const DASHBOARD = join(DOCS, 'stillhere-dashboard.json');
const METRICS_TOKEN = 'metrics-token-for-tests-only-0123456789';
const run = promisify(execFile);

let folder: string;
const ends: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stillhere-prometheus-'));
  ends.push(() => rm(folder, { recursive: true }));
  await copyFile(ALERTS, join(folder, 'alerts.yaml'));
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

it('are scraped with the token, and the alerts are evaluated', async () => {
  const metered = await MeteredServer.start({ METRICS_TOKEN });
  ends.push(() => metered.stop());
  await writeFile(join(folder, 'token'), METRICS_TOKEN);
  const snippet = await readSnippet('docs/metrics.md', 'yaml', 'scrape_configs');
  const scrape = snippet
    .replace('/etc/prometheus/stillhere-metrics-token', 'token')
    .replace('stillhere.internal:9464', `127.0.0.1:${metered.metricsPort}`);
  const config = `global: { scrape_interval: 1s, evaluation_interval: 1s }\nrule_files: [alerts.yaml]\n${scrape}`;
  await writeFile(join(folder, 'prometheus.yml'), config);
  const port = await freePort();
  const prometheus = await startProxyProcess(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    port,
  );
  ends.push(() => prometheus.stop('SIGTERM'));
  const ask = async (path: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}/api/v1/${path}`)).text();
  const valueOf = async (query: string): Promise<string | undefined> =>
    /"value":\[[\d.]+,"(.*?)"\]/.exec(await ask(`query?query=${encodeURIComponent(query)}`))?.[1];

  await until(async () => (await valueOf('up{job="stillhere"}')) === '1');
  await metered.enterGate('ann@reader.example');
  const gate = 'stillhere_http_requests_total{route="/api/verify-temp-access",status="200"}';
  await until(async () => (await valueOf(gate)) === '1');
  await until(async () => (await valueOf('stillhere_store_up')) === '1');
  const healthy = async (): Promise<number> => (await ask('rules')).match(/"health":"ok"/g)?.length ?? 0;
  await until(async () => (await healthy()) === 3);
  expect(await ask('alerts')).toContain('"alerts":[]');
});

it('are named as Prometheus recommends, but for those of prom-client', async () => {
  const metered = await MeteredServer.start();
  ends.push(() => metered.stop());
  const text = await (await metered.ask()).text();
  const checking = run('promtool', ['check', 'metrics']);
  checking.child.stdin?.end(text);
  const said = await checking.then(
    ({ stderr }) => stderr,
    (failed: { stderr: string }) => failed.stderr,
  );
  expect(said.split('\n').filter((line) => line !== '' && !/^(?:nodejs|process)_/.test(line))).toEqual([]);
});

it('are asked for by the dashboard in the language of Prometheus', async () => {
  const { panels } = JSON.parse(await readFile(DASHBOARD, 'utf8')) as {
    readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
  };
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  // Grafana puts a time in the place of its variable.
  const rules = expressions.map((expr, nth) => ({
    record: `r${nth}`,
    expr: expr.replaceAll('$__rate_interval', '5m'),
  }));
  await writeFile(join(folder, 'dashboard.yaml'), JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
  const { stdout } = await run('promtool', ['check', 'rules', 'dashboard.yaml'], { cwd: folder });
  expect(stdout).toContain(`SUCCESS: ${expressions.length} rules found`);
});

/** A test of `promtool test rules`: which alerts fire after so many minutes. */
const rulesTest = (series: Readonly<Record<string, string>>, minutes: number, alerts: readonly string[]): string =>
  JSON.stringify({
    rule_files: ['alerts.yaml'],
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        promql_expr_test: [
          {
            expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
            eval_time: `${minutes}m`,
            exp_samples: alerts.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
          },
        ],
      },
    ],
  });

const REQUESTS = 'stillhere_http_requests_total';
const UP = { stillhere_store_up: '1x600' };

it.for<[string, string]>([
  ['all is well', rulesTest({ ...UP, [`${REQUESTS}{status="200"}`]: '0+60x600' }, 60, [])],
  ['the server is gone', rulesTest({}, 3, ['StillhereStoreDown'])],
  ['the store is gone', rulesTest({ stillhere_store_up: '1 1 0x10' }, 5, ['StillhereStoreDown'])],
  ['the store was gone for a minute', rulesTest({ stillhere_store_up: '1 0 1x10' }, 5, [])],
  [
    'a tenth of all answers are errors',
    rulesTest({ ...UP, [`${REQUESTS}{status="200"}`]: '0+54x60', [`${REQUESTS}{status="503"}`]: '0+6x60' }, 20, [
      'StillhereErrors',
    ]),
  ],
  [
    'a fiftieth are',
    rulesTest({ ...UP, [`${REQUESTS}{status="200"}`]: '0+98x60', [`${REQUESTS}{status="503"}`]: '0+2x60' }, 20, []),
  ],
  [
    'the webhook has waited for seven hours',
    rulesTest({ ...UP, 'stillhere_outbox_oldest_seconds{consumer="webhook"}': '0+60x600' }, 420, [
      'StillhereOutboxStuck',
    ]),
  ],
  [
    'a digest has waited for seven hours',
    rulesTest({ ...UP, 'stillhere_outbox_oldest_seconds{consumer="mail"}': '0+60x600' }, 420, []),
  ],
])('the alerts that fire are the right ones where %s', async ([, test]) => {
  await writeFile(join(folder, 'test.yaml'), test);
  const { stdout } = await run('promtool', ['test', 'rules', 'test.yaml'], { cwd: folder });
  expect(stdout).toContain('SUCCESS');
});
