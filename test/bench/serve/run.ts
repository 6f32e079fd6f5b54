// Throughput of `serve`: a page of 50 kB, before the gate and behind it, beside sirv and, with `--against <checkout>`, beside an
// earlier version of this project. Alternating in one run: ratios count, not requests.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { askForAccess } from '../../helpers/cookies.ts';
import { freePort } from '../../helpers/free-port.ts';
import { until } from '../../helpers/until.ts';
import { median, printTable, type Row } from '../table.ts';

const { values: flags } = parseArgs({ options: { against: { type: 'string' } } });
const ROUNDS = 9;
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
  const env = { ...process.env, PORT: String(port), STORE_URL: `file:${join(folder, `${port}.db`)}` };
  // What it logs is read as by whoever keeps it.
  const child = spawn(process.execPath, [...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.resume();
  children.push(child);
  await until(async () => (await fetch(`http://127.0.0.1:${port}/`)).ok, 30_000);
  return `http://127.0.0.1:${port}`;
}

const sirv = await start([join(import.meta.dirname, 'sirv-server.ts'), site]);
const serve = (checkout: string): Promise<string> =>
  start([join(checkout, 'server/cli.ts'), 'serve', site, '--protect', '/secret/']);
const ours = await serve(resolve(import.meta.dirname, '../../..'));
const cookie = await askForAccess(ours);

const contenders: Contender[] = [
  { name: 'sirv', url: `${sirv}/`, rates: [] },
  { name: 'ours, before the gate', url: `${ours}/`, rates: [] },
  { name: 'ours, behind the gate', url: `${ours}/secret/`, headers: { cookie }, rates: [] },
];
if (flags.against) {
  const earlier = await serve(flags.against);
  contenders.push(
    { name: 'earlier, before the gate', url: `${earlier}/`, rates: [] },
    {
      name: 'earlier, behind the gate',
      url: `${earlier}/secret/`,
      headers: { cookie: await askForAccess(earlier) },
      rates: [],
    },
  );
}
for (let round = 0; round < ROUNDS; round++)
  for (const { name, url, headers = {}, rates } of contenders) {
    const { requests, non2xx } = await autocannon({ url, headers, connections: CONNECTIONS, duration: SECONDS });
    if (non2xx > 0) throw new Error(`${name}: ${non2xx} answers weren't 200`);
    rates.push(requests.average);
    console.info(`round ${round + 1} of ${ROUNDS}: ${name}, ${Math.round(requests.average)} requests a second`);
  }
for (const child of children) child.kill();
await rm(folder, { recursive: true });

const ratio = (name: string, base: string): number => {
  const ratesOf = (one: string): readonly number[] =>
    contenders.find((contender) => contender.name === one)?.rates ?? [];
  return median(ratesOf(name).map((rate, round) => rate / (ratesOf(base)[round] ?? Number.NaN)));
};
const how = `median of ${ROUNDS} rounds`;
const rows: Row[] = [
  ...(['before', 'behind'] as const).map((place) => ({
    what: `ours, ${place} the gate, requests a second ÷ sirv's`,
    measured: ratio(`ours, ${place} the gate`, 'sirv'),
    required: { least: place === 'before' ? 0.8 : 0.6 },
    how,
  })),
  ...(flags.against ? (['before', 'behind'] as const) : []).map((place) => ({
    what: `${place} the gate, new ÷ old`,
    measured: ratio(`ours, ${place} the gate`, `earlier, ${place} the gate`),
    required: { least: 0.97 },
    how,
  })),
];
printTable(rows);
