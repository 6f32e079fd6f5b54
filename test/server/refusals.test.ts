// Tries at the gate that are refused are counted by day, and the owner sees with which addresses.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { pino } from 'pino';
import { createRefusalCounter } from '../../server/jobs/count-refusals.ts';
import type { Refusals } from '../../server/store/refusals.ts';
import { slotOf } from '../../server/store/time-slots.ts';
import type { DayList, RefusalList } from '../../sw/protocol/owner-api.ts';
import { NOW, OWNER_TOKEN, startTestApp, type TestApp } from '../helpers/test-app.ts';

const HOUR = 3_600_000;
let app: TestApp;
afterEach(() => app.close());

async function tryGate(email: string, type = 'application/json'): Promise<number> {
  const body = type === 'application/json' ? JSON.stringify({ email }) : new URLSearchParams({ email }).toString();
  return (await app.send('POST', '/access', { 'content-type': type, accept: type }, body)).status;
}

async function refusedOn(query = ''): Promise<Readonly<Record<string, number>>> {
  const { body } = await app.send('GET', `/api/days?from=2026-11-23&to=2026-11-27${query}`, {
    authorization: `Bearer ${OWNER_TOKEN}`,
  });
  const { days } = JSON.parse(body) as DayList;
  return Object.fromEntries(days.flatMap(({ day, refused }) => (refused > 0 ? [[day, refused]] : [])));
}

it('counts what is no address and what the list does not have, on the day of the owner’s time zone', async () => {
  app = await startTestApp({ ALLOW: 'good.example', LIMIT_GATE: '6' });
  expect(await tryGate('ann@good.example')).toBe(200);
  expect(await tryGate('eve@evil.example')).toBe(403);
  expect(await tryGate('eve@evil.example', 'application/x-www-form-urlencoded')).toBe(403);
  expect(await tryGate('no address')).toBe(400);
  app.clock.now = NOW + 17 * HOUR;
  expect(await tryGate('')).toBe(400);
  expect(await refusedOn()).toEqual({});
  await app.writeRefusals();
  expect(await refusedOn()).toEqual({ '2026-11-24': 3, '2026-11-25': 1 });
  expect(await refusedOn('&timeZone=America/New_York')).toEqual({ '2026-11-24': 4 });
  // Later ones are added.
  expect(await tryGate('eve@evil.example')).toBe(403);
  await app.writeRefusals();
  expect(await refusedOn()).toEqual({ '2026-11-24': 3, '2026-11-25': 2 });
});

it('does not count tries that were too many: they are not looked at', async () => {
  app = await startTestApp({ ALLOW: 'good.example', LIMIT_GATE: '2' });
  const answers = [];
  for (let nth = 0; nth < 4; nth++) answers.push(await tryGate('eve@evil.example'));
  expect(answers).toEqual([403, 403, 429, 429]);
  await app.writeRefusals();
  expect(await refusedOn()).toEqual({ '2026-11-24': 2 });
});

it('adds up what several processes count', async () => {
  app = await startTestApp();
  const counters = [1, 2].map(() => createRefusalCounter(app.store, pino({ level: 'silent' }), () => NOW));
  for (const counter of counters) for (let nth = 0; nth < 10; nth++) counter.count();
  await Promise.all(counters.map(({ write }) => write()));
  expect(await refusedOn()).toEqual({ '2026-11-24': 20 });
});

it('writes once in five seconds, however many tries there are, and again what could not be written', async () => {
  app = await startTestApp();
  vi.useFakeTimers();
  const add = vi.fn<Refusals['add']>().mockRejectedValueOnce(new Error('disk is full'));
  add.mockResolvedValue();
  const lines: string[] = [];
  const counter = createRefusalCounter(
    { refusals: { add, listAddresses: async () => [] } },
    pino({}, { write: (line) => lines.push(line) }),
    () => NOW,
  );
  for (let nth = 0; nth < 100_000; nth++) counter.count(nth % 2 ? 'eve@evil.example' : undefined);
  expect(add).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(lines).toEqual([expect.stringContaining('disk is full')]);
  counter.count();
  await vi.advanceTimersByTimeAsync(5_000);
  vi.useRealTimers();
  const eve = { email: 'eve@evil.example', tries: 50_000, firstMs: NOW, lastMs: NOW };
  expect(add.mock.calls).toEqual([
    [new Map([[slotOf(NOW), 100_000]]), [eve], NOW],
    [new Map([[slotOf(NOW), 100_001]]), [eve], NOW],
  ]);
});

describe('the owner', () => {
  async function listRefused(): Promise<RefusalList['refused']> {
    await app.writeRefusals();
    const { body } = await app.send('GET', '/api/refusals', { authorization: `Bearer ${OWNER_TOKEN}` });
    return (JSON.parse(body) as RefusalList).refused;
  }

  it('sees who was refused, when, and how often, and nothing of what is no address', async () => {
    app = await startTestApp({ ALLOW: 'good.example' });
    await tryGate('Eve@evil.example');
    await tryGate('<b>no address</b>');
    app.clock.now = NOW + HOUR;
    await tryGate('mallory@evil.example');
    app.clock.now = NOW + 2 * HOUR;
    await tryGate('eve@evil.example');
    expect(await listRefused()).toEqual([
      {
        emailOfAccessor: 'eve@evil.example',
        tries: 2,
        firstTry: '2026-11-24T08:00:00.000Z',
        lastTry: '2026-11-24T10:00:00.000Z',
      },
      expect.objectContaining({ emailOfAccessor: 'mallory@evil.example', tries: 1 }),
    ]);
  });

  it('sees the last 1,000 addresses of the last 30 days, however many were tried', async () => {
    app = await startTestApp();
    const tried = (from: number, count: number, atMs: number) =>
      Array.from({ length: count }, (_, nth) => ({
        email: `r${from + nth}@evil.example`,
        tries: 1,
        firstMs: atMs,
        lastMs: atMs + from + nth,
      }));
    await app.store.refusals.add(new Map(), tried(0, 5, NOW - 31 * 24 * HOUR), NOW);
    expect(await listRefused()).toEqual([]);
    for (let from = 0; from < 1_200; from += 400) await app.store.refusals.add(new Map(), tried(from, 400, NOW), NOW);
    const refused = await listRefused();
    expect([refused.length, refused[0]?.emailOfAccessor, refused.at(-1)?.emailOfAccessor]).toEqual([
      1_000,
      'r1199@evil.example',
      'r200@evil.example',
    ]);
  });

  it('erases an address that was refused', async () => {
    app = await startTestApp({ ALLOW: 'good.example' });
    await tryGate('eve@evil.example');
    expect(await listRefused()).toHaveLength(1);
    await app.store.erasures.erase('eve@evil.example', app.clock.now);
    expect(await listRefused()).toEqual([]);
  });
});
