// Times are the server's: which are bounded, which are marked, and that the order of arrival doesn't matter.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { makeSpan, NOW, startTestApp, type TestApp } from '../helpers/test-app.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp();
  await app.makeSession();
  app.clock.now = NOW + 10 * MINUTE;
});
afterEach(() => app.close());

const iso = (ms: number): string => new Date(ms).toISOString();

describe('a span', () => {
  it.for([
    ['starts a second before its session', -SECOND, MINUTE, false],
    ['starts more than a second before its session', -SECOND - 1, MINUTE, true],
    ['ends a second in the future', MINUTE, 10 * MINUTE + SECOND, false],
    ['ends more than a second in the future', MINUTE, 10 * MINUTE + SECOND + 1, true],
    ['is ten years long', -5 * 365 * 24 * 60 * MINUTE, 5 * 365 * 24 * 60 * MINUTE, true],
  ] as const)('that %s is bounded; marked: %4$s', async ([, start, end, isMarked]) => {
    await app.deliver([makeSpan({ start: NOW + start, end: NOW + end })]);
    const { spans, sessionEndTime } = await app.session('ann-session');
    // Moved as a whole: only spans longer than the session are cut.
    const moved = start < 0 ? -start : Math.min(0, 10 * MINUTE - end);
    const bounded = { start: start + moved, end: Math.min(end + moved, 10 * MINUTE) };
    expect(spans).toMatchObject([{ start: iso(NOW + bounded.start), end: iso(NOW + bounded.end) }]);
    expect(sessionEndTime).toBe(iso(NOW + bounded.end));
    expect(spans[0]?.clamped).toBe(isMarked ? true : undefined);
  });

  it('keeps its mark when it grows', async () => {
    await app.deliver([makeSpan({ start: NOW - MINUTE })]);
    await app.deliver([makeSpan({ start: NOW - MINUTE, end: NOW + 2 * MINUTE })]);
    await app.deliver([makeSpan({ end: NOW + 3 * MINUTE })]);
    expect((await app.session('ann-session')).spans).toMatchObject([{ end: iso(NOW + 3 * MINUTE), clamped: true }]);
  });

  it('that occurs twice in one delivery gets the larger end', async () => {
    await app.deliver([makeSpan({ end: NOW + 2 * MINUTE }), makeSpan()]);
    expect(await app.session('ann-session')).toMatchObject({ readingTimeMs: 2 * MINUTE, spans: [{ id: 's' }] });
  });
});

it('gives the same record in either order of deliveries', async () => {
  await app.makeSession('bob-session');
  const beats = [1, 2, 3, 4, 5].map((minute) => ({ id: `s${minute % 2}`, end: NOW + minute * MINUTE }));
  for (const beat of beats) await app.deliver([makeSpan({ ...beat, page: `/${beat.id}/` })]);
  for (const beat of beats.toReversed())
    await app.deliver([makeSpan({ ...beat, page: `/${beat.id}/`, session: 'bob-session' })]);
  const {
    id: ann,
    emailOfAccessor: _ann,
    ref: _annRef,
    reader: _annReader,
    ...inOrder
  } = await app.session('ann-session');
  const {
    id: bob,
    emailOfAccessor: _bob,
    ref: _bobRef,
    reader: _bobReader,
    ...reversed
  } = await app.session('bob-session');
  expect(ann).not.toBe(bob);
  expect(reversed).toEqual(inOrder);
  expect(inOrder).toMatchObject({ readingTimeMs: 5 * MINUTE, currentPage: '/s1/' });
});

it('an older page that arrives later does not become the current one', async () => {
  await app.deliver([makeSpan({ id: 'new', page: '/new/', start: NOW + 2 * MINUTE, end: NOW + 3 * MINUTE })]);
  await app.deliver([makeSpan({ id: 'old', page: '/old/' })]);
  expect(await app.session('ann-session')).toMatchObject({ currentPage: '/new/', readingTimeMs: 2 * MINUTE });
});

// NTP can set servers' clocks back, too: by seconds, right after the gate.
describe("the server's own clock, set back after the session began,", () => {
  beforeEach(() => {
    app.clock.now = NOW - 5 * SECOND;
  });

  it('makes no session that ends before it starts after an empty beat', async () => {
    await app.send('POST', HEARTBEAT_PATH, { cookie: 'session_record_id=ann-session' });
    expect(await app.session('ann-session')).toMatchObject({ sessionEndTime: iso(NOW), durationMs: 0 });
  });

  it('makes no span outside its session', async () => {
    await app.deliver([makeSpan({ start: NOW - 6 * SECOND, end: NOW - 5 * SECOND })]);
    const session = await app.session('ann-session');
    expect(session.durationMs).toBe(0);
    expect(session.spans).toMatchObject([{ start: iso(NOW), end: iso(NOW) }]);
  });
});

// The device's clock was set while days of reading waited, which are delivered in parts.
describe('a queue from before the clock was set', () => {
  const HOUR = 60 * MINUTE;
  const spansFrom = (from: number, count: number, errorMs: number): ReturnType<typeof makeSpan>[] =>
    Array.from({ length: count }, (_, nth) => {
      const start = NOW + from + nth * MINUTE + errorMs;
      return makeSpan({ id: `s${from}-${nth}`, start, end: start + 15 * SECOND });
    });

  it.for([
    ['a day ahead', [24 * HOUR]],
    ['a day behind', [-24 * HOUR]],
    ['ten minutes behind', [-10 * MINUTE]],
    ['years ahead, then years behind', [30_000 * HOUR, -30_000 * HOUR]],
    ['ahead twice', [48 * HOUR, 24 * HOUR]],
  ] as const)('that was %s keeps all of its length', async ([, errors]) => {
    const queue = errors.flatMap((error, nth) => spansFrom(SECOND + nth * 5 * HOUR, 290, error));
    app.clock.now = NOW + 12 * HOUR;
    for (let at = 0; at < queue.length; at += 200) {
      await app.deliver(queue.slice(at, at + 200));
      app.clock.now += SECOND;
    }
    const { readingTimeMs, spans } = await app.session('ann-session');
    expect(readingTimeMs).toBe(queue.length * 15 * SECOND);
    for (const { start, end } of spans) {
      expect(Date.parse(start)).toBeGreaterThanOrEqual(NOW);
      expect(Date.parse(end)).toBeLessThanOrEqual(app.clock.now);
    }
  });

  it('never counts more than the length of the session', async () => {
    app.clock.now = NOW + HOUR;
    for (const error of [0, 100 * HOUR, -100 * HOUR]) await app.deliver(spansFrom(error + 1, 200, error));
    const { readingTimeMs } = await app.session('ann-session');
    expect(readingTimeMs).toBeLessThanOrEqual(HOUR);
  });
});
