// A month with the free plan's limit and a clock that the test controls: readers come singly and in bursts, and the
// server restarts repeatedly. Rows may be late, but none may be missing.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { check } from '../../server/nocodb/commands.ts';
import { createMirror, type Mirror } from '../../server/nocodb/mirror.ts';
import { NOCODB } from '../../server/store/outbox.ts';
import type { SessionStore } from '../../server/store/session-store.ts';
import { openInlineStore } from '../helpers/inline-store.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';
import { NocoStandIn } from '../helpers/nocodb/stand-in.ts';

const START = Date.parse('2026-11-01T00:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DAYS = 31;
const PER_MONTH = 1_000;
/** The interval of the mirror's rounds in the test. */
const ROUND = 10 * MINUTE;
/** The interval while nobody reads and nothing waits. */
const CALM_ROUND = HOUR;
const BURST = 30;

interface Visit {
  readonly id: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Measurements during the month: how late the rows are. */
interface Seen {
  readonly requests: number;
  readonly gets: number;
  /** The longest time from a session's start to its row, in hours. */
  readonly latestStartHours: number;
  /** Number of waiting sessions at the end of each night. */
  readonly waitingAtDawn: readonly number[];
}

let noco: NocoStandIn;
let folder: string;
let store: SessionStore;
let now: number;

beforeEach(async () => {
  noco = await NocoStandIn.start();
  folder = await makeMemoryFolder();
  store = await openInlineStore(join(folder, 'test.db'));
  now = START;
});
afterEach(async () => {
  await store.close();
  await noco.stop();
  await rm(folder, { recursive: true });
});

function start(requestsPerMonth = PER_MONTH): Mirror {
  return createMirror({ ...noco.config, freshnessMs: 2_000, requestsPerMonth }, store, pino({ level: 'silent' }), {
    wall: () => now,
    monotonic: () => now - START,
  });
}

/**
 * This many sessions a day between eight and midnight, of 2 to 21 minutes; and each Friday a burst within ten minutes.
 */
function plan(perDay: number, days: number): readonly Visit[] {
  const visits: Visit[] = [];
  for (let day = 0; day < days; day++) {
    const midnight = START + day * DAY;
    for (let nth = 0; nth < perDay; nth++) {
      const startMs =
        midnight + 8 * HOUR + Math.floor((nth * 16 * HOUR) / perDay) + ((day * 7 + nth * 11) % 9) * MINUTE;
      visits.push({ id: `d${day}n${nth}`, startMs, endMs: startMs + (2 + ((day + nth * 5) % 20)) * MINUTE });
    }
    const inBurst = day % 7 === 5 ? BURST : 0;
    for (let nth = 0; nth < inBurst; nth++) {
      const startMs = midnight + 20 * HOUR + nth * 20_000;
      visits.push({ id: `d${day}burst${nth}`, startMs, endMs: startMs + 6 * MINUTE });
    }
  }
  return visits.toSorted((a, b) => a.startMs - b.startMs);
}

async function read({ id, startMs }: Visit, endMs: number): Promise<void> {
  const span = { id: 's', page: '/report/', startMs, endMs, offsetMs: 0 };
  await store.record([{ session: id, receivedMs: endMs, span }]);
}

/** Plays the visits, with a server restart every `restartMs`, and then a quiet day. */
async function play(visits: readonly Visit[], days: number, restartMs: number, perMonth = PER_MONTH): Promise<Seen> {
  let mirror = start(perMonth);
  let nextVisit = 0;
  let latestStartMs = 0;
  const open = new Set<Visit>();
  const unseen = new Set<Visit>();
  const waitingAtDawn: number[] = [];
  for (; now < START + (days + 1) * DAY; now += ROUND) {
    for (let visit = visits[nextVisit]; visit && visit.startMs <= now; visit = visits[++nextVisit]) {
      await store.createSession({ id: visit.id, email: `${visit.id}@example.com`, startMs: visit.startMs });
      open.add(visit);
      unseen.add(visit);
    }
    for (const visit of open) {
      await read(visit, Math.min(visit.endMs, now));
      if (visit.endMs <= now) open.delete(visit);
    }
    if (now % restartMs < ROUND) {
      await mirror.stop();
      mirror = start(perMonth);
    }
    const isCalm = open.size === 0 && unseen.size === 0 && mirror.status().waiting === 0;
    if (!isCalm || now % CALM_ROUND === 0) await mirror.round();
    const rows = unseen.size === 0 ? [] : [...noco.rows.values()].map((row) => row['sessionId']);
    const shown = new Set(rows);
    for (const visit of unseen) {
      if (!shown.has(visit.id)) continue;
      unseen.delete(visit);
      latestStartMs = Math.max(latestStartMs, now - visit.startMs);
    }
    if (now % DAY === 7 * HOUR) waitingAtDawn.push(mirror.status().waiting);
  }
  await mirror.stop();
  const gets = noco.log.filter((line) => line.startsWith('GET')).length;
  return { requests: noco.requests, gets, latestStartHours: latestStartMs / HOUR, waitingAtDawn };
}

function expectAllShown(visits: readonly Visit[]): void {
  const shown = [...noco.rows.values()].map((row) => `${String(row['sessionId'])} ${String(row['readingTime'])}`);
  const wanted = visits.map(({ id, startMs, endMs }) => `${id} ${(endMs - startMs) / 1_000}`);
  expect(shown.toSorted()).toEqual(wanted.toSorted());
}

describe.each([
  [5, 7 * HOUR],
  [10, 7 * HOUR],
  [20, 7 * HOUR],
  [20, 20 * MINUTE],
  [100, 7 * HOUR],
])('%i sessions a day, with a restart every %i ms', (perDay, restartMs) => {
  it('are all shown within the limit, each once and complete', { timeout: 120_000 }, async () => {
    const visits = plan(perDay, DAYS);
    const seen = await play(visits, DAYS, restartMs);
    expectAllShown(visits);
    expect(seen.requests).toBeLessThanOrEqual(PER_MONTH);
    // A day's sessions are shown before the next day.
    expect(Math.max(...seen.waitingAtDawn)).toBe(0);
    expect(seen.latestStartHours).toBeLessThan(12);
    // Checking the table is the smallest part: restarts cost no requests.
    expect(seen.gets).toBeLessThanOrEqual(3 * DAYS);
  });
});

describe('more sessions than the limit allows', () => {
  it('shows the newest, reports how many wait and since when, and shows the rest as requests become available', async () => {
    const many = plan(60, 6);
    const seen = await play(many, 6, 7 * HOUR, 100);
    expect(seen.requests).toBeLessThanOrEqual(14 + 20);
    expect(seen.waitingAtDawn.at(-1)).toBeGreaterThan(100);
    const mirror = start(100);
    await mirror.round();
    const status = mirror.status();
    expect(status.trouble).toMatch(/NOCODB_REQUESTS_PER_MONTH/);
    expect(status.waiting).toBe(await store.outboxOf(NOCODB).countUntold());
    expect(status.oldestWaitingMs).toBe(await store.outboxOf(NOCODB).findOldestUntoldMs());
    expect(status.nextRequestAtMs).toBeGreaterThan(now);
    const newest = many.at(-1)?.id;
    expect([...noco.rows.values()].map((row) => row['sessionId'])).toContain(newest);
    for (; now < START + 100 * DAY && mirror.status().waiting > 0; now += 6 * HOUR) await mirror.round();
    expectAllShown(many);
    await mirror.stop();
  });
});

describe('with the month’s requests used up', () => {
  async function spend(): Promise<Mirror> {
    const mirror = start();
    await store.createSession({ id: 'first', email: 'a@example.com', startMs: now });
    await mirror.round();
    now += 2_000;
    await mirror.round();
    for (let nth = 0; (await store.notes.read('nocodb-budget'))?.startsWith('{"left":0') !== true; nth++) {
      await store.createSession({ id: `spent${nth}`, email: 'a@example.com', startMs: now });
      await mirror.round();
      now += 2_000;
      await mirror.round();
      if (nth > 60) throw new Error('There is no end to the requests');
    }
    return mirror;
  }

  async function expectShownWithin(mirror: Mirror, ms: number): Promise<void> {
    for (const end = now + ms; now < end && (await store.outboxOf(NOCODB).countUntold()) > 0; now += ROUND)
      await mirror.round();
    expect(await store.outboxOf(NOCODB).countUntold()).toBe(0);
  }

  it('a server start uses no request, and the next available request is used for writing', async () => {
    await (await spend()).stop();
    const before = noco.log.length;
    for (let restarts = 0; restarts < 10; restarts++) {
      const mirror = start();
      await mirror.round();
      await mirror.stop();
    }
    await store.createSession({ id: 'later', email: 'a@example.com', startMs: now });
    const mirror = start();
    await expectShownWithin(mirror, 2 * HOUR);
    expect(noco.log.slice(before).map((line) => line.split(' ')[0])).toEqual(['POST']);
    await mirror.stop();
  });

  it('a changed table is checked as soon as there are enough requests, and not before', async () => {
    const mirror = await spend();
    noco.removeField('currentPage');
    const before = noco.log.length;
    const visit = { id: 'first', startMs: now - HOUR, endMs: now };
    await read(visit, now);
    await expectShownWithin(mirror, 2 * DAY);
    expect([...noco.rows.values()].find((row) => row['sessionId'] === 'first')).toMatchObject({
      currentPage: '/report/',
    });
    expect(noco.log.length - before).toBeLessThan(60);
    await mirror.stop();
  });

  it('a NocoDB that is down for a day costs hardly any requests, and everything is shown afterwards', async () => {
    const mirror = await spend();
    noco.fault = () => 'html-502';
    const before = noco.log.length;
    for (let nth = 0; nth < 20; nth++) {
      await store.createSession({ id: `down${nth}`, email: 'a@example.com', startMs: now });
      await mirror.round();
      now += HOUR;
    }
    expect(noco.log.length - before).toBeLessThanOrEqual(40);
    noco.fault = () => 'none';
    await expectShownWithin(mirror, DAY);
    await mirror.stop();
  });

  it('a row that NocoDB rejects delays no other one', async () => {
    const mirror = await spend();
    noco.fault = (method, body) => (method !== 'GET' && body.includes('"bad') ? 'error-500' : 'none');
    for (let nth = 0; nth < 20; nth++) {
      await store.createSession({
        id: nth % 7 === 3 ? `bad${nth}` : `good${nth}`,
        email: 'a@example.com',
        startMs: now,
      });
      now += MINUTE;
    }
    for (const end = now + 4 * DAY; now < end; now += ROUND) await mirror.round();
    const shown = [...noco.rows.values()].map((row) => String(row['sessionId'])).filter((id) => /^(bad|good)/.test(id));
    expect(shown.toSorted()).toEqual(
      Array.from({ length: 20 }, (_, nth) => nth)
        .filter((nth) => nth % 7 !== 3)
        .map((nth) => `good${nth}`)
        .toSorted(),
    );
    expect(mirror.status().waiting).toBe(3);
    await mirror.stop();
  });
});

describe('nocodb check', () => {
  it('reports how many sessions wait, since when, and when the next request is possible, even without a request of its own', async () => {
    for (let nth = 0; nth < 5; nth++)
      await store.createSession({ id: `s${nth}`, email: 'a@example.com', startMs: START + nth * MINUTE });
    const at = Date.now();
    await store.notes.write('nocodb-budget', JSON.stringify({ left: 0.5, atMs: at }));
    const { lines, isWell } = await check(
      { ...noco.config, requestsPerMonth: 100 },
      store,
      new AbortController().signal,
    );
    expect(isWell).toBe(false);
    expect(lines.join('\n')).toMatch(/^WRONG {4}the requests of NOCODB_REQUESTS_PER_MONTH are used up for now/);
    expect(lines).toContain('waiting  5 sessions to be written; the oldest since 2026-11-01T00:00:00.000Z');
    const next = /the next one can be sent at (\S+)$/m.exec(lines.join('\n'))?.[1] ?? '';
    // Half the interval between two of 86 requests in 31 days.
    const half = (31 * DAY) / 86 / 2;
    expect(Math.abs(Date.parse(next) - at - half)).toBeLessThan(MINUTE);
    expect(noco.requests).toBe(0);
  });
});
