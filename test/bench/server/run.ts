// Durable acknowledgements a second, beside a bare Koa that parses and answers the same JSON and stores nothing; and, with
// `--against <checkout>`, beside an earlier version of this project. Alternating in one run: ratios count.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { HEARTBEAT_PATH } from '../../../sw/protocol/delivery.ts';
import { askForAccess } from '../../helpers/cookies.ts';
import { freePort } from '../../helpers/free-port.ts';
import { until } from '../../helpers/until.ts';
import { median, printTable, type Row } from '../table.ts';

const { values: flags } = parseArgs({
  options: {
    against: { type: 'string' },
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '3' },
  },
});
const ROUNDS = Number(flags.rounds);
const CONNECTIONS = 64;

interface Contender {
  readonly name: string;
  readonly url: string;
  readonly sessions: readonly string[];
}

/** One span that grows, or a new one with each beat. */
type Beats = 'growing span' | 'new span';

const folder = await mkdtemp(join(tmpdir(), 'stillhere-bench-'));
const site = join(folder, 'site');
await mkdir(site);
await writeFile(join(site, 'index.html'), '<!doctype html><title>x</title>');

const children: ChildProcess[] = [];
async function startServer(name: string, args: readonly string[]): Promise<Contender> {
  const port = await freePort();
  const env = {
    ...process.env,
    PORT: String(port),
    STORE_URL: `file:${join(folder, `${port}.db`)}`,
    LOG_LEVEL: 'warn',
    LIMIT_GATE: '0',
    LIMIT_BEATS: '0',
    LIMIT_NETWORK: '0',
  };
  const child = spawn(process.execPath, [...args], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  children.push(child);
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${url}/healthz`)).ok, 60_000);
  const sessions: string[] = [];
  for (let nth = 0; nth < CONNECTIONS; nth++) {
    const cookie = await askForAccess(url).catch(() => '');
    sessions.push(/session_record_id=([^;]+)/.exec(cookie)?.[1] ?? `s${nth}`);
  }
  return { name, url, sessions };
}

async function measure({ url, sessions }: Contender, beats: Beats): Promise<number> {
  const began = Date.now();
  let client = 0;
  let count = 0;
  const { requests, non2xx, errors } = await autocannon({
    url: url + HEARTBEAT_PATH,
    connections: CONNECTIONS,
    duration: Number(flags.seconds),
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    setupClient: (connection) => {
      const session = sessions[client++ % sessions.length] ?? '';
      const say = (): void => {
        const now = Date.now();
        const id = beats === 'new span' ? `${began}-${count++}` : `${began}`;
        const start = beats === 'new span' ? now - 1 : began - 1;
        const span = { id, session, page: '/portfolio/confidential/four-minutes/', start, end: now };
        connection.setBody(JSON.stringify({ sentAt: now, spans: [span] }));
      };
      say();
      connection.on('response', say);
    },
  });
  if (non2xx > 0 || errors > 0) throw new Error(`${url}: ${non2xx} answers weren't 200, ${errors} errors`);
  return requests.average;
}

const cli = (checkout: string): readonly string[] => [
  join(checkout, 'server/cli.ts'),
  'serve',
  site,
  '--protect',
  '/x/',
];
const ours = await startServer('ours', cli(resolve(import.meta.dirname, '../../..')));
const bare = await startServer('bare Koa', [join(import.meta.dirname, 'bare-koa.ts')]);
const earlier = flags.against === undefined ? undefined : await startServer('earlier', cli(resolve(flags.against)));

const rows: Row[] = [];
for (const beats of ['growing span', 'new span'] as const) {
  const rates = new Map<Contender, number[]>();
  for (let round = 0; round < ROUNDS; round++)
    for (const contender of [ours, bare, ...(earlier ? [earlier] : [])]) {
      const rate = await measure(contender, beats);
      rates.set(contender, [...(rates.get(contender) ?? []), rate]);
      console.info(`${beats}, round ${round + 1} of ${ROUNDS}: ${contender.name}, ${Math.round(rate)} a second`);
    }
  const compare = (other: Contender, least: number): Row => ({
    what: `acknowledgements ÷ ${other.name}, ${CONNECTIONS} connections, ${beats}`,
    measured: median((rates.get(ours) ?? []).map((rate, nth) => rate / (rates.get(other)?.[nth] ?? Number.NaN))),
    required: { least },
    how: `median of ${ROUNDS} alternating pairs; ${Math.round(median(rates.get(ours) ?? []))} and ${Math.round(median(rates.get(other) ?? []))} a second`,
  });
  rows.push(compare(bare, beats === 'new span' ? 0.2 : 0.4));
  if (earlier) rows.push(compare(earlier, 0.97));
}
for (const child of children) child.kill();
await rm(folder, { recursive: true });
printTable(rows);
