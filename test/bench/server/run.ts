// Durable acknowledgements a second, beside a bare Koa that parses and answers the same JSON and stores nothing; with
// `--against <checkout>`, beside an earlier version of this project; with a store of a million sessions beside one of a
// thousand; and while all sessions are exported. Alternating in one run: ratios count.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { askForAccess } from '../../helpers/cookies.ts';
import { freePort } from '../../helpers/free-port.ts';
import { until } from '../../helpers/until.ts';
import { exportUntil, loadWithBeats, type Beats, type Measured } from '../load.ts';
import { median, printTable, type Row } from '../table.ts';
import { fillStore } from './fill-store.ts';

const { values: flags } = parseArgs({
  options: {
    against: { type: 'string' },
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '3' },
    sessions: { type: 'string', default: '1000000' },
  },
});
const ROUNDS = Number(flags.rounds);
const CONNECTIONS = 64;
const FEW_SESSIONS = 1_000;
const MANY_SESSIONS = Number(flags.sessions);
const OWNER_TOKEN = 'owner-token-of-the-benchmark-0123456789';
const EVENT_LOOP = join(import.meta.dirname, 'event-loop.ts');

interface Contender {
  readonly name: string;
  readonly url: string;
  readonly sessions: readonly string[];
  readonly process: ChildProcess;
}

const folder = await mkdtemp(join(tmpdir(), 'stillhere-bench-'));
const site = join(folder, 'site');
await mkdir(site);
await writeFile(join(site, 'index.html'), '<!doctype html><title>x</title>');

/** By contender: sessions of any age. */
const randomSessions = new Map<string, readonly string[]>();
const children: ChildProcess[] = [];
async function startServer(name: string, args: readonly string[], stored = 0): Promise<Contender> {
  const port = await freePort();
  const file = join(folder, `${port}.db`);
  const random = stored > 0 ? await fillStore(file, stored, CONNECTIONS) : [];
  const env = {
    ...process.env,
    PORT: String(port),
    STORE_URL: `file:${file}`,
    OWNER_TOKEN,
    LOG_LEVEL: 'warn',
    LIMIT_GATE: '0',
    LIMIT_BEATS: '0',
    LIMIT_NETWORK: '0',
  };
  const child = spawn(process.execPath, ['--import', EVENT_LOOP, ...args], {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.push(child);
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${url}/healthz`)).ok, 60_000);
  const sessions: string[] = [];
  for (let nth = 0; nth < CONNECTIONS; nth++) {
    const cookie = await askForAccess(url).catch(() => '');
    sessions.push(/session_record_id=([^;]+)/.exec(cookie)?.[1] ?? `s${nth}`);
  }
  randomSessions.set(name, random);
  return { name, url, sessions, process: child };
}

const measure = ({ url }: Contender, beats: Beats, sessions: readonly string[]): Promise<Measured> =>
  loadWithBeats({ url, sessions, beats, connections: CONNECTIONS, seconds: Number(flags.seconds) });

/** The 99th percentile of the event loop's delay since the last call, in milliseconds. */
async function eventLoopP99Ms({ process: child }: Contender): Promise<number> {
  child.send('p99');
  const [ms] = (await once(child, 'message')) as [number];
  return ms;
}

const cli = (checkout: string): readonly string[] => [
  join(checkout, 'server/cli.ts'),
  'serve',
  site,
  '--protect',
  '/x/',
];
const HERE = cli(resolve(import.meta.dirname, '../../..'));
const ours = await startServer('ours', HERE);
const bare = await startServer('bare Koa', [join(import.meta.dirname, 'bare-koa.ts')]);
const earlier = flags.against === undefined ? undefined : await startServer('earlier', cli(resolve(flags.against)));

const ratios = (some: readonly number[], others: readonly number[]): number =>
  median(some.map((one, nth) => one / (others[nth] ?? Number.NaN)));

const rows: Row[] = [];
const how = `median of ${ROUNDS} alternating pairs`;
for (const beats of ['growing span', 'new span'] as const) {
  const rates = new Map<Contender, Measured[]>();
  for (let round = 0; round < ROUNDS; round++)
    for (const contender of [ours, bare, ...(earlier ? [earlier] : [])]) {
      const measured = await measure(contender, beats, contender.sessions);
      rates.set(contender, [...(rates.get(contender) ?? []), measured]);
      console.info(
        `${beats}, round ${round + 1} of ${ROUNDS}: ${contender.name}, ${Math.round(measured.rate)} a second`,
      );
    }
  const of = (contender: Contender, what: keyof Measured): readonly number[] =>
    (rates.get(contender) ?? []).map((measured) => measured[what]);
  const compare = (other: Contender, least: number): Row => ({
    what: `acknowledgements ÷ ${other.name}, ${CONNECTIONS} connections, ${beats}`,
    measured: ratios(of(ours, 'rate'), of(other, 'rate')),
    required: { least },
    how: `${how}; ${Math.round(median(of(ours, 'rate')))} and ${Math.round(median(of(other, 'rate')))} a second`,
  });
  rows.push(compare(bare, beats === 'new span' ? 0.4 : 0.65), {
    what: `their 99th percentile ÷ ${bare.name}'s, ${beats}`,
    measured: ratios(of(ours, 'p99Ms'), of(bare, 'p99Ms')),
    required: { most: 2 },
    how: `${how}; ${median(of(ours, 'p99Ms'))} and ${median(of(bare, 'p99Ms'))} ms`,
  });
  if (earlier) rows.push(compare(earlier, 0.97));
}
await eventLoopP99Ms(ours);
await measure(ours, 'growing span', ours.sessions);
rows.push({
  what: `99th percentile of the event loop's delay, ms, ${CONNECTIONS} connections`,
  measured: await eventLoopP99Ms(ours),
  required: { most: 10 },
  how: 'growing spans',
});

if (MANY_SESSIONS > 0) {
  console.info(`filling a store with ${MANY_SESSIONS} sessions …`);
  const few = await startServer('a thousand sessions', HERE, FEW_SESSIONS);
  const many = await startServer('a million sessions', HERE, MANY_SESSIONS);
  for (const [whose, most] of [
    ['of today', 1.1],
    ['of any age', 1.5],
  ] as const) {
    const costs: [few: number, many: number][] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const pair: number[] = [];
      for (const contender of [few, many]) {
        const sessions = whose === 'of today' ? contender.sessions : (randomSessions.get(contender.name) ?? []);
        pair.push(1 / (await measure(contender, 'growing span', sessions)).rate);
      }
      costs.push([pair[0] ?? Number.NaN, pair[1] ?? Number.NaN]);
      console.info(`sessions ${whose}, round ${round + 1} of ${ROUNDS}`);
    }
    rows.push({
      what: `cost of a beat at ${MANY_SESSIONS} sessions ÷ at ${FEW_SESSIONS}, sessions ${whose}`,
      measured: ratios(
        costs.map(([, cost]) => cost),
        costs.map(([cost]) => cost),
      ),
      required: { most },
      how,
    });
  }
  const alone: number[] = [];
  const beside: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    alone.push((await measure(many, 'growing span', many.sessions)).rate);
    const abort = new AbortController();
    const exporting = exportUntil(many.url, OWNER_TOKEN, abort.signal);
    beside.push((await measure(many, 'growing span', many.sessions)).rate);
    abort.abort();
    await exporting.catch(() => {});
    console.info(`export, round ${round + 1} of ${ROUNDS}`);
  }
  rows.push({
    what: `acknowledgements while ${MANY_SESSIONS} sessions are exported ÷ without`,
    measured: ratios(beside, alone),
    required: { least: 0.8 },
    how,
  });
}
for (const child of children) child.kill();
await rm(folder, { recursive: true });
printTable(rows);
