// What the owner waits for, with a million sessions and five million spans beside a thousand sessions, and what an export costs. Ratios
// in one run count.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '../../helpers/free-port.ts';
import { until } from '../../helpers/until.ts';
import { fillStore } from '../server/fill-store.ts';
import { median, printTable, type Row } from '../table.ts';
import { fillTotals } from './fill-totals.ts';

const { values: flags } = parseArgs({
  options: {
    sessions: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '60' },
    exports: { type: 'string', default: '3' },
  },
});
const FEW = 1_000;
const MANY = Number(flags.sessions);
const ROUNDS = Number(flags.rounds);
/** Each of the many combinations is asked so often; its median counts. */
const ROUNDS_OF_FILTERS = 5;
const OWNER_TOKEN = 'owner-token-of-the-benchmark-0123456789';
const headers = { authorization: `Bearer ${OWNER_TOKEN}` };
const DAY_MS = 86_400_000;

interface Contender {
  readonly url: string;
  readonly child: ChildProcess;
  readonly file: string;
  readonly session: string;
}

const folder = await mkdtemp(join(tmpdir(), 'stillhere-bench-'));
await mkdir(join(folder, 'site'));
await writeFile(join(folder, 'site/index.html'), '<!doctype html><title>x</title>');
const children: ChildProcess[] = [];

async function start(args: readonly string[], file: string, session = ''): Promise<Contender> {
  const port = await freePort();
  const child = spawn(process.execPath, args, {
    env: {
      ...process.env,
      PORT: String(port),
      STORE_URL: `file:${file}`,
      STORE_FILE: file,
      OWNER_TOKEN,
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  const url = `http://127.0.0.1:${port}`;
  return { url, child, file, session };
}

async function startServer(sessions: number): Promise<Contender> {
  console.info(`filling a store with ${sessions} sessions …`);
  const file = join(folder, `${sessions}.db`);
  const [session = ''] = await fillStore(file, sessions, 1);
  await fillTotals(file);
  const cli = resolve(import.meta.dirname, '../../../server/cli.ts');
  const server = await start([cli, 'serve', join(folder, 'site'), '--protect', '/x/'], file, session);
  await until(async () => (await fetch(`${server.url}/healthz`)).ok, 60_000);
  return server;
}

async function ask({ url, session }: Contender, path: string): Promise<number> {
  const beganMs = performance.now();
  const response = await fetch(url + path.replace(':id', session), { headers });
  await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return performance.now() - beganMs;
}

const p95 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? Number.NaN;

/** How long both take, alternating, in milliseconds. */
async function compare(path: string, rounds: number): Promise<{ readonly few: number[]; readonly many: number[] }> {
  const times = { few: [] as number[], many: [] as number[] };
  for (let round = -1; round < rounds; round++) {
    const pair = { few: await ask(few, path), many: await ask(many, path) };
    if (round < 0) continue;
    times.few.push(pair.few);
    times.many.push(pair.many);
  }
  return times;
}

/** A second. */
async function exportAll(url: string): Promise<number> {
  const beganMs = performance.now();
  const response = await fetch(url, { headers });
  let lines = 0;
  for await (const chunk of response.body ?? []) for (const byte of chunk as Uint8Array) if (byte === 10) lines++;
  if (lines !== MANY) throw new Error(`${url}: ${lines} lines instead of ${MANY}`);
  return (lines * 1_000) / (performance.now() - beganMs);
}

/** Megabytes of memory, resident. */
async function residentMb({ child }: Contender): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

const few = await startServer(FEW);
const many = await startServer(MANY);
const rows: Row[] = [];
const month = new Date(Date.now() - 30 * DAY_MS).toISOString();

for (const path of ['/api/sessions?pageSize=100', '/api/sessions?sort=end&state=reading', '/api/sessions/:id']) {
  const times = await compare(path, ROUNDS);
  const shown = `medians ${median(times.few).toPrecision(3)} and ${median(times.many).toPrecision(3)} ms`;
  rows.push(
    { what: `${path}, 95th percentile, ms`, measured: p95(times.many), required: { most: 50 }, how: `of ${ROUNDS}` },
    {
      what: `${path}, ${MANY} sessions ÷ ${FEW}`,
      measured: median(times.many) / median(times.few),
      required: { most: 3 },
      how: shown,
    },
  );
}

const FILTERS = [
  ['email=reader7@example.com', 'reader=reader7@example.com'],
  ['page=/a/', 'page=/nowhere/'],
  [`from=${month}`, `to=${month}`],
  ['state=reading', 'state=ended'],
  ['q=reader99', 'q=nothing'],
];
const combinations = ['start', 'end', 'reading'].flatMap((sort) =>
  FILTERS.reduce<string[][]>(
    (some, choices) => [...some, ...some.flatMap((one) => choices.map((choice) => [...one, choice]))],
    [[`sort=${sort}`]],
  ).map((parts) => parts.join('&')),
);
let worst = { ratio: 0, query: '', ms: 0 };
for (const [nth, query] of combinations.entries()) {
  const times = await compare(`/api/sessions?${query}`, ROUNDS_OF_FILTERS);
  const ratio = median(times.many) / median(times.few);
  if (ratio > worst.ratio) worst = { ratio, query, ms: median(times.many) };
  if (nth % 100 === 99) console.info(`${nth + 1} of ${combinations.length} combinations of filters`);
}
rows.push({
  what: `the worst of ${combinations.length} combinations of filters, ${MANY} sessions ÷ ${FEW}`,
  measured: worst.ratio,
  required: { most: 10 },
  how: `?${worst.query}, ${worst.ms.toPrecision(3)} ms`,
});

for (const path of ['/api/readers', '/api/pages', `/api/days?from=${month}`])
  rows.push({
    what: `${path.replace(/\?.*/, ' of a month')}, 95th percentile, ms`,
    measured: p95((await compare(path, ROUNDS)).many),
    required: { most: 100 },
    how: `of ${ROUNDS}`,
  });

const bare = await start([join(import.meta.dirname, 'bare-export.ts')], many.file);
await until(async () => (await fetch(bare.url, { method: 'HEAD' })).ok, 60_000);
const rates = { ours: [] as number[], bare: [] as number[] };
let mostMb = 0;
let beforeMb = Number.NaN;
for (let round = 0; round < Number(flags.exports); round++) {
  rates.bare.push(await exportAll(bare.url));
  // The first export warms up what stays.
  if (round === 1) beforeMb = await residentMb(many);
  const watch = setInterval(
    () => void residentMb(many).then((mb) => (mostMb = round > 0 ? Math.max(mostMb, mb) : 0)),
    100,
  );
  rates.ours.push(await exportAll(`${many.url}/api/sessions.ndjson`));
  clearInterval(watch);
  console.info(`export, round ${round + 1}`);
}
rows.push(
  {
    what: `export of ${MANY} sessions ÷ what the bare driver streams`,
    measured: median(rates.ours.map((rate, nth) => rate / (rates.bare[nth] ?? Number.NaN))),
    required: { least: 0.5 },
    how: `${Math.round(median(rates.ours))} and ${Math.round(median(rates.bare))} a second`,
  },
  {
    what: 'memory that another export adds, MB',
    measured: mostMb - beforeMb,
    required: { most: 50 },
    how: `${Math.round(beforeMb)} MB before`,
  },
);
for (const child of children) child.kill();
await rm(folder, { recursive: true });
printTable(rows);
