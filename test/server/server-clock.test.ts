// The server's clock is set by an hour, either way, while somebody reads: the reading time stays true, the reader keeps the access,
// and nothing that was acknowledged is lost.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HEARTBEAT_PATH, type Receipt } from '../../sw/protocol/delivery.ts';
import { askForAccess } from '../helpers/cookies.ts';
import { StillhereServer } from '../helpers/stillhere-server.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.parse('2026-11-24T08:00:00Z');

let server: StillhereServer;
/** The device's clock, which is right. */
let deviceMs: number;
beforeEach(async () => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date', 'performance'] });
  deviceMs = NOW;
  server = await StillhereServer.startInTest({ PROTECT: '/portfolio/confidential/' });
});
afterEach(async () => {
  await server.stop();
  vi.useRealTimers();
});

/** Both clocks go on. */
function pass(ms: number): void {
  deviceMs += ms;
  vi.advanceTimersByTime(ms);
}

async function beat(session: string, id: string, startMs: number): Promise<Receipt> {
  const span = { id, session, page: '/a/', start: startMs, end: deviceMs };
  const body = JSON.stringify({ sentAt: deviceMs, spans: [span] });
  return (await (await fetch(server.url + HEARTBEAT_PATH, { method: 'POST', body })).json()) as Receipt;
}

it.for([
  ['forward', HOUR],
  ['back', -HOUR],
] as const)('set %s by an hour', async ([, stepMs]) => {
  const cookie = await askForAccess(server.url);
  const session = /session_record_id=([^;]+)/.exec(cookie)?.[1] ?? '';
  const startMs = deviceMs;
  for (let minute = 0; minute < 5; minute++) {
    pass(MINUTE);
    expect((await beat(session, 'one', startMs)).stored).toEqual(['one']);
  }
  vi.setSystemTime(Date.now() + stepMs);
  for (let minute = 0; minute < 5; minute++) {
    pass(MINUTE);
    expect((await beat(session, 'one', startMs)).stored).toEqual(['one']);
  }
  const secondMs = deviceMs;
  pass(MINUTE);
  expect((await beat(session, 'other', secondMs)).stored).toEqual(['other']);

  const { readingTimeMs, spans } = await server.session(session);
  expect(readingTimeMs).toBe(11 * MINUTE);
  expect(spans.map(({ id }) => id).toSorted()).toEqual(['one', 'other']);
  const page = await fetch(`${server.url}/portfolio/confidential/`, { headers: { cookie }, redirect: 'manual' });
  expect(page.status).toBe(200);
  // Who comes in now is on the clock that is right now.
  const [next] = /session_record_id=([^;]+)/.exec(await askForAccess(server.url, 'bob@example.com'))?.slice(1) ?? [];
  expect(Date.parse((await server.session(next ?? '')).sessionStartTime)).toBe(Date.now());
});
