// Faults that a real NocoDB can't produce on command: after any response, it finally shows the store's sessions, each
// once.
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMirror, type Mirror } from '../../server/nocodb/mirror.ts';
import { NOCODB } from '../../server/store/outbox.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';
import { NocoStandIn, type NocoFault } from '../helpers/nocodb/stand-in.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';
import { until } from '../helpers/until.ts';

const NOW = Date.parse('2026-11-24T08:00:00.678Z');
const SESSIONS = 25;

let noco: NocoStandIn;
let store: SessionStore;
let mirror: Mirror;
let logLines: string[];

beforeEach(async () => {
  noco = await NocoStandIn.start();
  store = await openInlineStore(join(await makeMemoryFolder(), 'test.db'));
  logLines = [];
  mirror = createMirror(noco.config, store, pino({ level: 'trace' }, { write: (line) => logLines.push(line) }));
  for (let nth = 0; nth < SESSIONS; nth++)
    await store.createSession({ id: `s${nth}`, email: `reader${nth}@example.com`, startMs: NOW });
});
afterEach(async () => {
  await mirror.stop();
  await store.close();
  await noco.stop();
});

async function read(minutes: number): Promise<void> {
  for (let nth = 0; nth < SESSIONS; nth++) {
    const span = { id: 's', page: '/a/', startMs: NOW, endMs: NOW + minutes * 60_000, offsetMs: 0 };
    await store.record([{ session: `s${nth}`, receivedMs: NOW + 3_600_000, span }]);
  }
}

function expectEach(readingTime: number): void {
  const shown = [...noco.rows.values()].map((row) => `${String(row['sessionId'])}: ${String(row['readingTime'])}`);
  expect(shown.toSorted()).toEqual(Array.from({ length: SESSIONS }, (_, nth) => `s${nth}: ${readingTime}`).toSorted());
}

const FAULTS: readonly NocoFault[] = [
  'limited',
  'old-values',
  'html-404',
  'html-502',
  'answer-lost',
  'answer-cut',
  'drip',
];

describe.each(FAULTS)('%s', (fault) => {
  it.each(['GET', 'POST', 'PATCH'])(
    'at every third %s: in the end all is shown, and no session twice',
    async (method) => {
      let nth = 0;
      noco.fault = (its) => (its === method && nth++ % 3 === 1 ? fault : 'none');
      mirror.start();
      await until(async () => (await store.outboxOf(NOCODB).countUntold()) === 0, 30_000);
      await read(10);
      await until(async () => (await store.outboxOf(NOCODB).countUntold()) === 0, 30_000);
      expectEach(600);
    },
  );
});

describe('a limit', () => {
  it('without a time is obeyed for 30 s', async () => {
    noco.fault = () => 'limited-silently';
    await mirror.round();
    expect(mirror.status().trouble).toMatch(/HTTP 429/);
    const { requests } = noco;
    noco.fault = () => 'none';
    await mirror.round();
    expect(noco.requests).toBe(requests);
  });
});

describe('a row that NocoDB never shows correctly', () => {
  it('is reported after some tries, by its record and without an e-mail address', async () => {
    mirror.start();
    await until(async () => (await store.outboxOf(NOCODB).countUntold()) === 0);
    await read(10);
    noco.fault = (method) => (method === 'PATCH' ? 'old-values' : 'none');
    await until(() => logLines.find((line) => line.includes('"level":50')), 20_000);
    const log = logLines.join('');
    expect(log).toMatch(/"recordId":"\d+","tries":3,"reason":"it differs in sessionEndTime, currentPage, readingTime"/);
    expect(log).not.toMatch(/example\.com|"s\d+"/);
  });
});

describe('a NocoDB that hangs', () => {
  it('blocks nothing: the gate works, beats are stored, and the server stops on a signal', async () => {
    noco.fault = () => 'hang';
    const { url, token, baseId } = noco.config;
    const server = await StillhereServer.start({
      NOCODB_URL: url,
      NOCODB_TOKEN: token,
      NOCODB_BASE_ID: baseId,
      NOCODB_FRESHNESS_MS: '10',
    });
    const gate = await fetch(`${server.url}/api/verify-temp-access`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"email":"ann@example.com"}',
      signal: AbortSignal.timeout(2_000),
    });
    expect(gate.status).toBe(200);
    await until(() => noco.requests > 0);
    const cookie = gate.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ');
    const beat = await fetch(`${server.url}/api/session-heartbeat`, {
      method: 'POST',
      headers: { cookie },
      signal: AbortSignal.timeout(2_000),
    });
    expect(await beat.json()).toEqual({ success: true });
    expect((await server.sessions())[0]).toMatchObject({
      sessionEndTime: expect.any(String) as unknown,
      mirrored: false,
    });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    const toldAt = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - toldAt).toBeLessThan(5_000);
  });
});
