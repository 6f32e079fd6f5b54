// 20,000 devices come back within one second, each with 50 spans: until when all is stored, with how much memory, and how long a
// new reader waits at the gate meanwhile. The server runs with its default settings; each device has a network of its own.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openStore } from '../../../server/store/open-store.ts';
import { makeSessionId } from '../../../server/store/session-id.ts';
import { freePort } from '../../helpers/free-port.ts';
import { until } from '../../helpers/until.ts';
import { printTable } from '../table.ts';
import type { DeviceOrders, DeviceReport } from './devices.ts';

const { values: flags } = parseArgs({
  options: { devices: { type: 'string', default: '20000' }, spans: { type: 'string', default: '50' } },
});
const DEVICES = Number(flags.devices);
const SPANS_EACH = Number(flags.spans);
/** A process may have 20,000 files open, at most. */
const PROCESSES = 2;
const WITHIN_MS = 1_000;
const OWNER_TOKEN = 'owner-token-of-the-benchmark-0123456789';
const GATE_EVERY_MS = 100;
const READING_AGO_MS = 2 * 3_600_000;

const folder = await mkdtemp(join(tmpdir(), 'stillhere-bench-'));
const site = join(folder, 'site');
await mkdir(site);
await writeFile(join(site, 'index.html'), '<!doctype html><title>x</title>');
const storeUrl = `file:${join(folder, 'storm.db')}`;

console.info(`making ${DEVICES} sessions …`);
const sessions = await makeSessions();
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const server = spawn(
  process.execPath,
  [
    '--import',
    join(import.meta.dirname, '../server/event-loop.ts'),
    join(import.meta.dirname, '../../../server/cli.ts'),
    'serve',
    site,
  ],
  {
    env: { ...process.env, PORT: String(port), STORE_URL: storeUrl, OWNER_TOKEN, LOG_LEVEL: 'silent', LIMIT_GATE: '0' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  },
);
await until(async () => (await fetch(`${url}/healthz`)).ok, 60_000);
const restMb = await peakMemoryMb();

console.info('the storm …');
const began = performance.now();
const eachProcess = Math.ceil(DEVICES / PROCESSES);
const reports = Array.from({ length: PROCESSES }, async (_, nth) => {
  const first = nth * eachProcess;
  const child = fork(join(import.meta.dirname, 'devices.ts'));
  let report: DeviceReport | undefined;
  child.on('message', (latest: DeviceReport) => {
    report = latest;
    const { doneMs, refused, cut, unanswered } = latest;
    console.info(
      `${seconds(performance.now() - began)} s, process ${nth + 1}: ${doneMs.length} devices done, answered "later" ${refused} times, cut ${cut}, unanswered ${unanswered}`,
    );
  });
  child.send({
    port,
    sessions: sessions.slice(first, first + eachProcess),
    first,
    spansEach: SPANS_EACH,
    withinMs: WITHIN_MS,
  } satisfies DeviceOrders);
  await once(child, 'exit');
  if (!report) throw new Error('The devices told nothing');
  return report;
});
const gateMs: number[] = [];
const over = new AbortController();
const gate = askAtTheGate(over.signal);
const told = await Promise.all(reports);
const stormMs = performance.now() - began;
over.abort();
await gate;

const peakMb = await peakMemoryMb();
const loop = once(server, 'message');
server.send('p99');
const [eventLoopMs] = (await loop) as [number];
const stored = await countStored();
server.kill();
await once(server, 'exit');
await rm(folder, { recursive: true });

const sum = (what: 'refused' | 'cut' | 'unanswered' | 'rejected'): number =>
  told.reduce((all, report) => all + report[what], 0);
const doneMs = told.flatMap((report) => report.doneMs);
const how = `${DEVICES} devices with ${SPANS_EACH} spans in ${WITHIN_MS / 1_000} s`;
console.info(
  `answered "later" ${sum('refused')} times, cut ${sum('cut')}, unanswered ${sum('unanswered')}, rejected spans ${sum('rejected')}; ` +
    `half of the devices after ${seconds(percentile(doneMs, 50))} s, 99 % after ${seconds(percentile(doneMs, 99))} s`,
);
printTable([
  { what: 'spans stored ÷ sent', measured: stored / (DEVICES * SPANS_EACH), required: { least: 1 }, how },
  { what: 'until all is stored, s', measured: stormMs / 1_000, required: { most: 25 }, how },
  {
    what: 'peak memory of the server, MB',
    measured: peakMb,
    required: { most: 250 },
    how: `${Math.round(restMb)} MB before`,
  },
  {
    what: 'gate, 95th percentile, ms',
    measured: percentile(gateMs, 95),
    required: { most: 500 },
    how: `${gateMs.length} readers, longest ${Math.round(Math.max(...gateMs))} ms`,
  },
  { what: "99th percentile of the event loop's delay, ms", measured: eventLoopMs, required: { most: 10 }, how },
]);

async function makeSessions(): Promise<readonly string[]> {
  const store = await openStore(storeUrl);
  const startMs = Date.now() - READING_AGO_MS;
  const ids = Array.from({ length: DEVICES }, () => makeSessionId(startMs));
  for (const [nth, id] of ids.entries()) {
    await store.createSession({ id, email: `reader${nth}@example.com`, startMs });
    if (nth % 5_000 === 4_999) console.info(`${nth + 1} of ${DEVICES} sessions`);
  }
  await store.close();
  return ids;
}

/** Readers who come in one after the other. */
async function askAtTheGate(signal: AbortSignal): Promise<void> {
  for (let nth = 0; !signal.aborted; nth++) {
    const asked = performance.now();
    const response = await fetch(`${url}/api/verify-temp-access`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close' },
      body: JSON.stringify({ email: `new${nth}@example.com` }),
    }).catch((error: unknown) => error as Error);
    if (response instanceof Error || !response.ok)
      console.info(`gate: ${response instanceof Error ? String(response.cause) : response.status}`);
    else gateMs.push(performance.now() - asked);
    await delay(GATE_EVERY_MS);
  }
}

/** The largest resident set of the process so far (VmHWM, Linux). */
async function peakMemoryMb(): Promise<number> {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1_024;
}

async function countStored(): Promise<number> {
  const store = await openStore(storeUrl);
  let count = 0;
  for (const id of sessions) count += (await store.listSpans(id)).length;
  await store.close();
  return count;
}

function percentile(values: readonly number[], percent: number): number {
  return (
    values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor((values.length * percent) / 100))] ??
    Number.NaN
  );
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
