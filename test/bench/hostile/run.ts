// How long one request of an attacker keeps the event loop busy: each is sent by itself, and the CPU time of the server's thread is
// measured until it is answered. That includes the time of this client, which runs in the same thread. The store has threads of its own,
// and what it waits for isn't counted.
import { parseArgs } from 'node:util';
import { Attacker } from '../../helpers/attacker.ts';
import { startTestAppWithThreads } from '../../helpers/test-app.ts';
import { printTable } from '../table.ts';

const SESSIONS = 24;
/** Before code is compiled, everything is dear. */
const WARM = 2_000;
const MOST_MS = 10;
const MOST_SHOWN = 5;

const { values: flags } = parseArgs({ options: { requests: { type: 'string', default: '20000' } } });
const app = await startTestAppWithThreads({ LIMIT_GATE: '0', PROTECT: '/report/', MAX_CONNECTIONS: '0' });
const sessions: string[] = [];
for (let nth = 0; nth < SESSIONS; nth++) sessions.push(await app.makeSession(`session-${nth}`));
const attacker = new Attacker(sessions);

interface Cost {
  /** CPU time. */
  readonly ms: number;
  readonly what: string;
}

async function sendOne(): Promise<Cost> {
  const { method, path, headers, body } = attacker.next();
  app.clock.now = Date.now();
  app.logLines.length = 0;
  const before = process.threadCpuUsage();
  const { status } = await app.send(method, path, headers, body).catch(() => ({ status: 0 }));
  const { user, system } = process.threadCpuUsage(before);
  const sent = `${body?.length ?? 0} bytes: ${String(body ?? '').slice(0, 60)}`;
  return { ms: (user + system) / 1_000, what: `${status} ${method} ${path.slice(0, 40)}, ${sent}` };
}

for (let nth = 0; nth < WARM; nth++) await sendOne();
const costs: Cost[] = [];
for (let nth = 0; nth < Number(flags.requests); nth++) costs.push(await sendOne());
costs.sort((one, other) => other.ms - one.ms);
const share = (part: number): number => costs[Math.floor(costs.length * part)]?.ms ?? 0;
const required = { most: MOST_MS };
const how = `${costs.length} requests, one after the other`;
printTable([
  { what: 'CPU time of a request, median, ms', measured: share(0.5), required, how },
  { what: 'CPU time of a request, 99th percentile, ms', measured: share(0.01), required, how },
  { what: 'CPU time of a request, 99.9th percentile, ms', measured: share(0.001), required, how },
]);
console.info(`\nThe dearest, with garbage collections:`);
for (const { ms, what } of costs.slice(0, MOST_SHOWN)) console.info(`${ms.toFixed(1)} ms: ${what}`);
await app.close();
process.exit();
