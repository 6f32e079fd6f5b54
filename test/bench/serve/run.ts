// Throughput of `serve`: a page of 50 kB, before the gate and behind it, beside sirv in the same run. Ratios count, not requests.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { askForAccess } from '../../helpers/cookies.ts';
import { freePort } from '../../helpers/free-port.ts';
import { until } from '../../helpers/until.ts';
import { median, printTable } from '../table.ts';

const ROUNDS = 7;
const SECONDS = 3;
const CONNECTIONS = 20;
const PAGE = `<!doctype html><html><head><title>Report</title></head><body>${'<p>What somebody wrote, and others read.</p>\n'.repeat(1_150)}</body></html>`;

interface Contender {
  readonly name: string;
  readonly url: string;
  readonly headers?: Record<string, string>;
  readonly rates: number[];
}

const folder = await mkdtemp(join(tmpdir(), 'stillhere-serve-'));
const site = join(folder, 'site');
await mkdir(join(site, 'secret'), { recursive: true });
await writeFile(join(site, 'index.html'), PAGE);
await writeFile(join(site, 'secret/index.html'), PAGE);

const children: ChildProcess[] = [];
async function start(args: readonly string[]): Promise<string> {
  const port = await freePort();
  const env = { ...process.env, PORT: String(port), STORE_URL: `file:${join(folder, 'store.db')}` };
  // What it logs is read as by whoever keeps it.
  const child = spawn(process.execPath, [...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.resume();
  children.push(child);
  await until(async () => (await fetch(`http://127.0.0.1:${port}/`)).ok, 30_000);
  return `http://127.0.0.1:${port}`;
}

const sirv = await start([join(import.meta.dirname, 'sirv-server.ts'), site]);
const ours = await start([join(import.meta.dirname, '../../../server/cli.ts'), 'serve', site, '--protect', '/secret/']);
const cookie = await askForAccess(ours);

const contenders: Contender[] = [
  { name: 'sirv', url: `${sirv}/`, rates: [] },
  { name: 'ours, before the gate', url: `${ours}/`, rates: [] },
  { name: 'ours, behind the gate', url: `${ours}/secret/`, headers: { cookie }, rates: [] },
];
for (let round = 0; round < ROUNDS; round++)
  for (const { name, url, headers = {}, rates } of contenders) {
    const { requests, non2xx } = await autocannon({ url, headers, connections: CONNECTIONS, duration: SECONDS });
    if (non2xx > 0) throw new Error(`${name}: ${non2xx} answers weren't 200`);
    rates.push(requests.average);
    console.info(`round ${round + 1} of ${ROUNDS}: ${name}, ${Math.round(requests.average)} requests a second`);
  }
for (const child of children) child.kill();
await rm(folder, { recursive: true });

const [base, ...rest] = contenders;
const REQUIRED = [0.8, 0.6];
printTable(
  rest.map(({ name, rates }, nth) => ({
    what: `${name}, requests a second ÷ sirv's`,
    measured: median(rates.map((rate, round) => rate / (base?.rates[round] ?? Number.NaN))),
    required: { least: REQUIRED[nth] ?? 1 },
    how: `median of ${ROUNDS} rounds; ${Math.round(median(rates))} and ${Math.round(median(base?.rates ?? []))} a second`,
  })),
);
