// A server with a store of many sessions, and what it is asked.
import { spawn, type ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { freePort } from '../../helpers/free-port.ts';
import { until } from '../../helpers/until.ts';
import { fillStore } from '../server/fill-store.ts';
import { fillTotals } from './fill-totals.ts';

export const OWNER_TOKEN = 'owner-token-of-the-benchmark-0123456789';
const headers = { authorization: `Bearer ${OWNER_TOKEN}` };

export interface Contender {
  readonly url: string;
  readonly child: ChildProcess;
  readonly file: string;
  /** The id of one of its sessions. */
  readonly session: string;
}

/** @param args what Node runs. */
export async function start(args: readonly string[], file: string, session = ''): Promise<Contender> {
  const port = await freePort();
  const child = spawn(process.execPath, args, {
    env: {
      ...process.env,
      PORT: String(port),
      STORE_URL: `file:${file}`,
      STORE_FILE: file,
      OWNER_TOKEN,
      LOG_LEVEL: 'warn',
      LIMIT_GATE: '0',
      LIMIT_BEATS: '0',
      LIMIT_NETWORK: '0',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // Also where the benchmark fails.
  process.on('exit', () => child.kill());
  return { url: `http://127.0.0.1:${port}`, child, file, session };
}

/** @param folder with the site in it; the store is made there. */
export async function startServer(folder: string, sessions: number): Promise<Contender> {
  console.info(`filling a store with ${sessions} sessions …`);
  const file = join(folder, `${sessions}.db`);
  const [session = ''] = await fillStore(file, sessions, 1);
  await fillTotals(file);
  const cli = resolve(import.meta.dirname, '../../../server/cli.ts');
  const server = await start([cli, 'serve', join(folder, 'site'), '--protect', '/x/'], file, session);
  await until(async () => (await fetch(`${server.url}/healthz`)).ok, 60_000);
  return server;
}

/** How long the answer takes, in milliseconds. */
export async function ask({ url, session }: Contender, path: string): Promise<number> {
  const beganMs = performance.now();
  const response = await fetch(url + path.replace(':id', session), { headers });
  await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return performance.now() - beganMs;
}

/** How long it takes until the stream of live events begins, in milliseconds. */
export async function askLive({ url }: Contender): Promise<number> {
  const beganMs = performance.now();
  const abort = new AbortController();
  const response = await fetch(`${url}/api/live`, { headers, signal: abort.signal });
  await response.body?.getReader().read();
  const ms = performance.now() - beganMs;
  abort.abort();
  return ms;
}

/** @returns lines a second. */
export async function exportAll(url: string, sessions: number): Promise<number> {
  const beganMs = performance.now();
  const response = await fetch(url, { headers });
  let lines = 0;
  for await (const chunk of response.body ?? []) for (const byte of chunk as Uint8Array) if (byte === 10) lines++;
  if (lines !== sessions) throw new Error(`${url}: ${lines} lines instead of ${sessions}`);
  return (lines * 1_000) / (performance.now() - beganMs);
}

/** Megabytes of memory, resident. */
export async function residentMb({ child }: Contender): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
