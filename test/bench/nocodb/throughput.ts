// How fast the mirror writes, beside a bare loop that sends NocoDB the same requests.
import { pino } from 'pino';
import type { NocoConfig } from '../../../server/nocodb/client.ts';
import { readTableIds } from '../../../server/nocodb/table-ids.ts';
import { createMirror } from '../../../server/nocodb/mirror.ts';
import { toFields } from '../../../server/nocodb/record.ts';
import { chunk } from '../../../server/store/chunk.ts';
import { NOCODB } from '../../../server/store/outbox.ts';
import type { SessionStore } from '../../../server/store/session-store.ts';
import { until } from '../../helpers/until.ts';
import { median, type Row } from '../table.ts';

const SESSIONS = 2_000;
const REPEATS = 9;
const NOW = Date.parse('2026-11-01T00:00:00Z');

export async function measureThroughput(config: NocoConfig, store: SessionStore): Promise<Row> {
  for (let nth = 0; nth < SESSIONS; nth++)
    await store.createSession({ id: `fast${nth}`, email: `fast${nth}@example.com`, startMs: NOW });
  await mirrorAll(config, store);
  let minutes = 0;
  const bare = async (): Promise<number> => {
    await changeAll(store, ++minutes);
    const bodies = await toBodies(config, store);
    const began = performance.now();
    await sendAll(config, store, bodies);
    return performance.now() - began;
  };
  const ours = async (): Promise<number> => {
    await changeAll(store, ++minutes);
    const began = performance.now();
    await mirrorAll(config, store);
    return performance.now() - began;
  };
  const ratios: number[] = [];
  for (let nth = 0; nth < REPEATS; nth++) {
    const first = nth % 2 ? await ours() : await bare();
    const second = nth % 2 ? await bare() : await ours();
    const [bareMs, oursMs] = nth % 2 ? [second, first] : [first, second];
    ratios.push(bareMs / oursMs);
    console.info(`  ${SESSIONS} sessions: bare ${Math.round(bareMs)} ms, mirror ${Math.round(oursMs)} ms`);
  }
  return {
    what: 'sessions per second ÷ a bare loop’s',
    measured: median(ratios),
    required: { least: 0.9 },
    how: `${SESSIONS} changed sessions, 10 a request, 2 in flight; median of ${REPEATS}, in turns (${ratios.map((one) => one.toFixed(2)).join(', ')})`,
  };
}

async function changeAll(store: SessionStore, minutes: number): Promise<void> {
  const endMs = NOW + minutes * 60_000;
  const span = { id: 's', page: '/a/', startMs: NOW, endMs, offsetMs: 0 };
  await store.record(
    Array.from({ length: SESSIONS }, (_, nth) => ({ session: `fast${nth}`, receivedMs: endMs, span })),
  );
}

/** As the server does it, but for the request rate. */
async function mirrorAll(config: NocoConfig, store: SessionStore): Promise<void> {
  const mirror = createMirror({ ...config, freshnessMs: 100 }, store, pino({ level: 'silent' }));
  mirror.start();
  await until(async () => (await store.outboxOf(NOCODB).countUntold()) === 0, 120_000);
  await mirror.stop();
}

async function toBodies(config: NocoConfig, store: SessionStore): Promise<readonly string[]> {
  const table = await readTableIds(store.notes, config.table);
  if (!table) throw new Error('There is no table yet');
  const waiting = await store.outboxOf(NOCODB).listUntold(SESSIONS);
  return chunk(waiting, 10).map((batch) =>
    JSON.stringify(batch.map(({ session, recordId }) => ({ id: Number(recordId), fields: toFields(session, table) }))),
  );
}

async function sendAll(config: NocoConfig, store: SessionStore, bodies: readonly string[]): Promise<void> {
  const table = await readTableIds(store.notes, config.table);
  const rest = bodies.values();
  const lane = async (): Promise<void> => {
    for (const body of rest) {
      const headers = { 'xc-token': config.token, 'content-type': 'application/json' };
      const url = `${config.url}/api/v3/data/${config.baseId}/${table?.id}/records`;
      const answer = await fetch(url, { method: 'PATCH', headers, body });
      if (!answer.ok) throw new Error(`NocoDB: ${answer.status}`);
      await answer.json();
    }
  };
  await Promise.all([lane(), lane()]);
}
