// Tries at the gate that are refused are counted by day, and nothing else of them is kept.
import { readFile } from 'node:fs/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { pino } from 'pino';
import { createRefusalCounter } from '../../server/jobs/count-refusals.ts';
import { slotOf } from '../../server/store/time-slots.ts';
import type { DayList } from '../../sw/protocol/owner-api.ts';
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
  for (const file of [app.storeFile, `${app.storeFile}-wal`])
    expect((await readFile(file)).includes('evil')).toBe(false);
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
  const add = vi
    .fn<(counts: ReadonlyMap<number, number>) => Promise<void>>()
    .mockRejectedValueOnce(new Error('disk is full'));
  add.mockResolvedValue();
  const lines: string[] = [];
  const counter = createRefusalCounter(
    { refusals: { add } },
    pino({}, { write: (line) => lines.push(line) }),
    () => NOW,
  );
  for (let nth = 0; nth < 100_000; nth++) counter.count();
  expect(add).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(lines).toEqual([expect.stringContaining('disk is full')]);
  counter.count();
  await vi.advanceTimersByTimeAsync(5_000);
  vi.useRealTimers();
  expect(add.mock.calls).toEqual([[new Map([[slotOf(NOW), 100_000]])], [new Map([[slotOf(NOW), 100_001]])]]);
});
