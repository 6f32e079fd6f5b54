// What readers and the machine notice of a NocoDB that accepts requests and never answers.
import { readFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { HEARTBEAT_PATH } from '../../../sw/protocol/delivery.ts';
import { NocoStandIn } from '../../helpers/nocodb/stand-in.ts';
import { StillhereServer } from '../../helpers/stillhere-server.ts';
import { until } from '../../helpers/until.ts';
import { median, type Row } from '../table.ts';

const SLICES = 31;
const BEATS = 300;
const IN_FLIGHT = 8;
const WAITING = 100_000;
const MB = 1_024;

async function startHanging(noco: NocoStandIn): Promise<StillhereServer> {
  const { url, token, baseId } = noco.config;
  return StillhereServer.start({ NOCODB_URL: url, NOCODB_TOKEN: token, NOCODB_BASE_ID: baseId, LOG_LEVEL: 'warn' });
}

export async function measureHanging(): Promise<readonly Row[]> {
  const noco = await NocoStandIn.start();
  noco.fault = () => 'hang';
  const [alone, hanging, full] = [
    await StillhereServer.start({ LOG_LEVEL: 'warn' }),
    await startHanging(noco),
    await startHanging(noco),
  ];
  try {
    return [await measureBeats(alone, hanging), await measureMemory(hanging, full)];
  } finally {
    for (const server of [alone, hanging, full]) await server.stop();
    await noco.stop();
  }
}

/** Slices of the same load in turn, so that whatever else the machine does falls on both. */
async function measureBeats(alone: StillhereServer, hanging: StillhereServer): Promise<Row> {
  const load = async (server: StillhereServer): Promise<() => Promise<number>> => {
    const session = await passGate(server);
    return () => beatsPerSecond(server, session);
  };
  const [bare, ours] = [await load(alone), await load(hanging)];
  await bare();
  await ours();
  const ratios: number[] = [];
  for (let slice = 0; slice < SLICES; slice++) {
    const first = slice % 2 ? await ours() : await bare();
    const second = slice % 2 ? await bare() : await ours();
    ratios.push(slice % 2 ? first / second : second / first);
  }
  return {
    what: 'beats’ acknowledgements with NocoDB hanging ÷ without NocoDB',
    measured: median(ratios),
    required: { least: 0.95 },
    how: `median of ${SLICES} slices of ${BEATS} deliveries each, ${IN_FLIGHT} in flight`,
  };
}

async function passGate(server: StillhereServer): Promise<string> {
  const gate = await fetch(`${server.url}/api/verify-temp-access`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"email":"reader@example.com"}',
  });
  await gate.text();
  return (await until(async () => (await server.sessions())[0])).id;
}

async function beatsPerSecond(server: StillhereServer, session: string): Promise<number> {
  let left = BEATS;
  const began = performance.now();
  const lane = async (): Promise<void> => {
    while (left-- > 0) {
      const now = Date.now();
      const span = { id: `span${left % 40}`, session, page: '/a/', start: now - 5_000, end: now };
      const body = JSON.stringify({ sentAt: now, spans: [span] });
      const answer = await fetch(server.url + HEARTBEAT_PATH, { method: 'POST', body });
      if (!answer.ok) throw new Error(`A beat got ${answer.status}`);
      await answer.text();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return (BEATS * 1_000) / (performance.now() - began);
}

/** The whole process, as the system sees it: the least of some readings. */
async function residentKb(server: StillhereServer): Promise<number> {
  const readings: number[] = [];
  await until(async () => {
    const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
    readings.push(Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1]));
    return readings.length >= 100;
  });
  return Math.min(...readings);
}

async function measureMemory(idle: StillhereServer, full: StillhereServer): Promise<Row> {
  await full.stop();
  const connection = new DatabaseSync(full.storeUrl.slice('file:'.length));
  connection.exec('BEGIN');
  const insert = connection.prepare('INSERT INTO sessions (id, email, start_ms, end_ms) VALUES (?, ?, ?, ?)');
  for (let nth = 0; nth < WAITING; nth++) insert.run(`waits${nth}`, `reader${nth}@example.com`, nth, nth + 60_000);
  connection.exec('COMMIT');
  connection.close();
  await idle.stop();
  await idle.start();
  await full.start();
  const [idleKb, fullKb] = [await residentKb(idle), await residentKb(full)];
  return {
    what: 'memory with 100,000 sessions waiting, MB over idle',
    measured: (fullKb - idleKb) / MB,
    required: { most: 20 },
    how: `resident: ${Math.round(fullKb / MB)} MB and ${Math.round(idleKb / MB)} MB`,
  };
}
