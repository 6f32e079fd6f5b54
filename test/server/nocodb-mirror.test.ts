// What the mirror writes and when: with a stand-in for NocoDB that accepts everything, and a clock that the test
// controls.
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NocoConfig } from '../../server/nocodb/client.ts';
import { createMirror, type Mirror } from '../../server/nocodb/mirror.ts';
import { NOCODB } from '../../server/store/outbox.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';
import { NocoStandIn } from '../helpers/nocodb/stand-in.ts';

const NOW = Date.parse('2026-11-24T08:00:00.678Z');
const MINUTE = 60_000;
const FRESHNESS = 2_000;
/** Reads the table (the list, then the table), and counts its records. */
const CHECK = 3;

let noco: NocoStandIn;
let file: string;
let store: SessionStore;
let now: number;
const opened: SessionStore[] = [];

beforeEach(async () => {
  noco = await NocoStandIn.start();
  file = join(await makeMemoryFolder(), 'test.db');
  store = await openOne();
  now = NOW;
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  await noco.stop();
});

async function openOne(): Promise<SessionStore> {
  const one = await openInlineStore(file);
  opened.push(one);
  return one;
}

/** @param began what this process's own clock shows at {@link NOW}. */
function start(change: Partial<NocoConfig> = {}, on = store, began = 0): Mirror {
  const config = { ...noco.config, freshnessMs: FRESHNESS, ...change };
  return createMirror(config, on, pino({ level: 'silent' }), {
    wall: () => now,
    monotonic: () => now - NOW + began,
  });
}

async function makeSessions(many: number, prefix = 's'): Promise<void> {
  for (let nth = 0; nth < many; nth++)
    await store.createSession({ id: `${prefix}${nth}`, email: 'reader@example.com', startMs: now });
}

async function see(id: string, at = now): Promise<void> {
  const span = { id: 's', page: '/a/', startMs: NOW, endMs: at, offsetMs: 0 };
  await store.record([{ session: id, receivedMs: now, span }]);
}

async function pass(mirror: Mirror, ms: number): Promise<void> {
  now += ms;
  await mirror.round();
}

const written = (): number => noco.rows.size;

describe('a change', () => {
  it('is written when its age reaches the freshness, together with later ones', async () => {
    const mirror = start();
    await makeSessions(1);
    await mirror.round();
    expect(written()).toBe(0);
    await pass(mirror, FRESHNESS / 4);
    await makeSessions(2, 'later');
    await pass(mirror, FRESHNESS / 2);
    expect([written(), noco.requests]).toEqual([3, CHECK + 1]);
  });

  it('is written at once if a batch is full', async () => {
    noco.most = 100;
    const mirror = start();
    await makeSessions(100);
    await mirror.round();
    expect([written(), noco.requests]).toEqual([100, CHECK + 1]);
  });
});

describe('the size of a batch', () => {
  it("is NocoDB's limit, learned once", async () => {
    const mirror = start();
    await makeSessions(100);
    await pass(mirror, FRESHNESS);
    expect([written(), noco.requests]).toEqual([100, CHECK + 1 + 10]);
    for (let nth = 0; nth < 100; nth++) await see(`s${nth}`);
    await pass(mirror, FRESHNESS);
    expect(noco.requests).toBe(CHECK + 1 + 10 + 10);
    expect(await store.outboxOf(NOCODB).countUntold()).toBe(0);
  });
});

describe('under a monthly limit', () => {
  const LIMIT = { requestsPerMonth: 1_000 };

  it('starts and ends are written; changes in between wait when half of a day’s requests are used up', async () => {
    const mirror = start(LIMIT);
    await makeSessions(1);
    await mirror.round();
    await pass(mirror, FRESHNESS);
    for (let beats = 0; beats < 60; beats++) {
      now += FRESHNESS;
      await see('s0');
      await mirror.round();
      await pass(mirror, FRESHNESS);
    }
    // Half of 50, plus the requests that came back in four minutes.
    expect(noco.requests).toBe(26);
    await makeSessions(1, 'second');
    await mirror.round();
    await pass(mirror, FRESHNESS);
    expect(written()).toBe(2);
    await pass(mirror, 16 * MINUTE);
    await pass(mirror, FRESHNESS);
    expect(await store.outboxOf(NOCODB).countUntold()).toBe(0);
  });

  it('the mirror pauses when all requests are used up, reports it, and continues when there are more', async () => {
    noco.most = 1;
    const mirror = start(LIMIT);
    await makeSessions(60);
    await mirror.round();
    await pass(mirror, FRESHNESS);
    expect(noco.requests).toBe(50);
    expect(mirror.status().trouble).toMatch(/NOCODB_REQUESTS_PER_MONTH/);
    for (let hours = 0; hours < 24; hours++) await pass(mirror, 60 * MINUTE);
    expect(await store.outboxOf(NOCODB).countUntold()).toBe(0);
    expect(mirror.status().trouble).toBeUndefined();
  });
});

describe('manual changes', () => {
  it('a deleted record is created again although its session has not changed; foreign records stay', async () => {
    const mirror = start();
    await makeSessions(20);
    await pass(mirror, FRESHNESS);
    await pass(mirror, FRESHNESS);
    noco.rows.delete(7);
    noco.rows.set(99, { sessionId: 'somebody else’s' });
    noco.rows.set(98, { sessionId: 'somebody else’s' });
    await pass(mirror, 11 * MINUTE);
    await pass(mirror, FRESHNESS);
    expect([...noco.rows.values()].map((row) => row['sessionId']).filter((id) => id === 's6')).toHaveLength(1);
    expect(written()).toBe(22);
    const { requests } = noco;
    await pass(mirror, 11 * MINUTE);
    expect(noco.requests - requests).toBe(2);
  });
});

it('after a refusal of all that is written the table is looked at again at once, not in ten minutes', async () => {
  const mirror = start();
  await makeSessions(1);
  await pass(mirror, 0);
  await pass(mirror, FRESHNESS);
  expect(written()).toBe(1);
  await makeSessions(1, 't');
  await pass(mirror, 0);
  noco.fault = (method) => (method === 'GET' ? 'none' : 'denied');
  await pass(mirror, FRESHNESS);
  noco.fault = () => 'none';
  const { length } = noco.log;
  await pass(mirror, MINUTE);
  expect(noco.log[length]).toMatch(/^GET .*\/meta\/.*\/tables/);
  expect(written()).toBe(2);
});

describe('two servers on one store', () => {
  it('don’t write twice: one mirrors, the other one takes over', async () => {
    const [first, second] = [start({ freshnessMs: 10 }), start({ freshnessMs: 10 }, await openOne(), 60 * MINUTE)];
    await makeSessions(50);
    // Otherwise either could be the first to take the lease.
    await first.round();
    await second.round();
    now += FRESHNESS;
    await Promise.all([first.round(), second.round()]);
    expect([written(), second.status().requests]).toEqual([50, 0]);

    // The first one is killed, and its lease expires.
    await makeSessions(50, 'later');
    now += 31_000;
    await second.round();
    now += FRESHNESS;
    await Promise.all([first.round(), second.round()]);
    expect([written(), await store.outboxOf(NOCODB).countUntold()]).toEqual([100, 0]);
    expect(second.status().requests).toBeGreaterThan(0);
  });

  it('one takes over at once from the other after an orderly stop', async () => {
    const [first, second] = [start({ freshnessMs: 10 }), start({ freshnessMs: 10 }, await openOne())];
    first.start();
    await first.stop();
    await second.round();
    expect(second.status().requests).toBe(CHECK);
  });
});

describe('the request rate', () => {
  it('is obeyed even with two requests in flight', async () => {
    const mirror = start({ requestsPerSecond: 20 });
    await makeSessions(100);
    const began = performance.now();
    await pass(mirror, FRESHNESS);
    const { requests } = noco;
    expect(requests).toBeGreaterThan(10);
    expect(performance.now() - began).toBeGreaterThanOrEqual((requests - 1) * 50 - 5);
  });
});
