// Deliveries and receipts, and the original contract, over real HTTP on a real store.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HEARTBEAT_PATH } from '../../sw/protocol/delivery.ts';
import { makeSpan, NOW, startTestApp, type TestApp } from '../helpers/test-app.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp();
  await app.makeSession();
  app.clock.now = NOW + 10 * MINUTE;
});
afterEach(() => app.close());

const iso = (ms: number): string => new Date(ms).toISOString();

describe('a delivery', () => {
  it('gets a receipt that lists the stored spans, and the owner sees them', async () => {
    expect(await app.deliver([makeSpan()])).toEqual({ success: true, stored: ['s'], refused: [], now: app.clock.now });
    expect(await app.session('ann-session')).toEqual({
      id: 'ann-session',
      ref: expect.stringMatching(/^[0-9a-v]{23}$/) as string,
      emailOfAccessor: 'ann-session@example.com',
      sessionStartTime: iso(NOW),
      sessionEndTime: iso(NOW + MINUTE),
      durationMs: MINUTE,
      readingTimeMs: MINUTE,
      offlineMs: 0,
      endKnownBy: 'tick',
      state: 'reading',
      currentPage: '/confidential/',
      mirrored: false,
      excluded: false,
      identity: 'typed',
      measured: true,
      accessEndedTime: null,
      reader: expect.stringMatching(/^[\w-]{16}$/) as string,
      visits: [{ start: iso(NOW), end: iso(NOW + MINUTE), readingTimeMs: MINUTE }],
      spans: [
        {
          id: 's',
          page: '/confidential/',
          start: iso(NOW),
          end: iso(NOW + MINUTE),
          late: true,
          closed: false,
          replayed: false,
          receivedAt: iso(NOW + 10 * MINUTE),
        },
      ],
      pages: [{ page: '/confidential/', readingTimeMs: MINUTE }],
    });
  });

  it("stores a known session's span and refuses one of an unknown session", async () => {
    const receipt = await app.deliver([makeSpan({ id: 'x', session: 'nobody' }), makeSpan()]);
    expect(receipt).toMatchObject({ stored: ['s'], refused: [{ id: 'x', reason: 'unknown-session' }] });
    expect((await app.session('ann-session')).spans).toHaveLength(1);
  });

  it('gives each session its own spans, whatever the cookie says', async () => {
    await app.makeSession('bob-session');
    const spans = [makeSpan(), makeSpan({ session: 'bob-session', end: NOW + 2 * MINUTE })];
    await app.send(
      'POST',
      HEARTBEAT_PATH,
      { cookie: 'session_record_id=bob-session' },
      JSON.stringify({ sentAt: app.clock.now, spans }),
    );
    expect((await app.session('ann-session')).readingTimeMs).toBe(MINUTE);
    expect((await app.session('bob-session')).readingTimeMs).toBe(2 * MINUTE);
  });

  it('changes nothing when it is repeated', async () => {
    await app.deliver([makeSpan()]);
    const before = await app.session('ann-session');
    app.clock.now += MINUTE;
    expect(await app.deliver([makeSpan()])).toMatchObject({ stored: ['s'] });
    expect(await app.session('ann-session')).toEqual(before);
  });

  it('takes nothing back when it arrives late', async () => {
    await app.deliver([makeSpan({ end: NOW + 5 * MINUTE })]);
    expect(await app.deliver([makeSpan({ end: NOW + MINUTE })])).toMatchObject({ stored: ['s'] });
    expect(await app.deliver([makeSpan({ id: 'older', end: NOW + MINUTE })])).toMatchObject({ stored: ['older'] });
    expect(await app.session('ann-session')).toMatchObject({
      sessionEndTime: iso(NOW + 5 * MINUTE),
      readingTimeMs: 5 * MINUTE,
    });
  });

  it('of two tabs counts the union, and each page its own time', async () => {
    await app.deliver([
      makeSpan({ id: 'a', page: '/a/', end: NOW + 4 * MINUTE }),
      makeSpan({ id: 'b', page: '/b/', start: NOW + 3 * MINUTE, end: NOW + 6 * MINUTE }),
    ]);
    expect(await app.session('ann-session')).toMatchObject({
      readingTimeMs: 6 * MINUTE,
      currentPage: '/b/',
      pages: [
        { page: '/a/', readingTimeMs: 4 * MINUTE },
        { page: '/b/', readingTimeMs: 3 * MINUTE },
      ],
    });
  });

  it('of one page by several of its addresses counts as that page, whatever its query says', async () => {
    const pages = ['/a?p=1', '/a/?p=1', '/a/index.html?p=1', '/a?p=2', '/u%CC%88', '/%C3%BC/'];
    await app.deliver(
      pages.map((page, nth) => makeSpan({ id: `s${nth}`, page, start: NOW + nth, end: NOW + nth + 1 })),
    );
    expect((await app.session('ann-session')).pages).toEqual([
      { page: '/a?p=1', readingTimeMs: 3 },
      { page: '/a?p=2', readingTimeMs: 1 },
      { page: '/ü', readingTimeMs: 2 },
    ]);
  });

  it('is late if it arrives more than a minute after the end', async () => {
    await app.deliver([
      makeSpan({ id: 'live', end: app.clock.now - MINUTE }),
      makeSpan({ id: 'late', end: app.clock.now - MINUTE - 1 }),
    ]);
    const { spans } = await app.session('ann-session');
    expect(spans.map(({ id, late }) => [id, late])).toEqual([
      ['late', true],
      ['live', false],
    ]);
  });
});

it('is late, too, if the end of a span that was seen live arrives much later', async () => {
  await app.deliver([makeSpan({ end: app.clock.now })]);
  expect((await app.session('ann-session')).spans).toMatchObject([{ late: false }]);
  const end = app.clock.now + MINUTE;
  app.clock.now += 10 * MINUTE;
  await app.deliver([makeSpan({ end })]);
  expect((await app.session('ann-session')).spans).toMatchObject([{ end: iso(end), late: true }]);
});

describe('the clock of the device', () => {
  it.for([DAY, -DAY, 3_650 * DAY, -3_650 * DAY])('off by %d ms changes nothing in the record', async (off) => {
    await app.deliver([makeSpan({ start: NOW + off, end: NOW + MINUTE + off })], app.clock.now + off);
    const { spans, sessionEndTime } = await app.session('ann-session');
    expect(spans).toMatchObject([{ start: iso(NOW), end: iso(NOW + MINUTE) }]);
    expect(spans[0]).not.toHaveProperty('clamped');
    expect(sessionEndTime).toBe(iso(NOW + MINUTE));
  });

  it('set back in between: the span ends by now, keeps its length, and is marked', async () => {
    await app.deliver([makeSpan()], app.clock.now - HOUR);
    expect((await app.session('ann-session')).spans).toMatchObject([
      { start: iso(app.clock.now - MINUTE), end: iso(app.clock.now), clamped: true },
    ]);
  });

  it('set forward in between: the span begins with the session, keeps its length, and is marked', async () => {
    await app.deliver([makeSpan()], app.clock.now + HOUR);
    expect((await app.session('ann-session')).spans).toMatchObject([
      { start: iso(NOW), end: iso(NOW + MINUTE), clamped: true },
    ]);
  });

  it('is learned from a faster delivery that contains nothing new', async () => {
    const sentAt = app.clock.now;
    app.clock.now += 15_000;
    await app.deliver([makeSpan({ end: sentAt })], sentAt);
    await app.deliver([makeSpan({ end: sentAt })]);
    const next = makeSpan({ id: 'next', start: app.clock.now, end: app.clock.now });
    app.clock.now += 5_000;
    await app.deliver([next], next.end);
    expect((await app.session('ann-session')).spans).toMatchObject([{ id: 's' }, { id: 'next', end: iso(next.end) }]);
  });

  it('is not mistaken on a slow network: an end is not carried beyond the truth by the time on the way', async () => {
    await app.deliver([makeSpan({ end: app.clock.now })]);
    const sentAt = app.clock.now + MINUTE;
    app.clock.now = sentAt + 15_000;
    await app.deliver([makeSpan({ end: sentAt })], sentAt);
    expect((await app.session('ann-session')).sessionEndTime).toBe(iso(sentAt));
  });
});

describe('the original contract', () => {
  const beat = (cookie?: string) => app.send('POST', HEARTBEAT_PATH, cookie ? { cookie } : {});

  it('an empty body means: the session of the cookie was seen now', async () => {
    const answer = await beat('a=b; session_record_id=ann-session');
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { success: true }]);
    expect(await app.session('ann-session')).toMatchObject({
      sessionEndTime: iso(app.clock.now),
      // Not measured.
      readingTimeMs: null,
      spans: [],
    });
  });

  it.for([undefined, 'session_record_id=', 'session_record_id=nobody'])(
    'without a session (%s): 400',
    async (cookie) => {
      const answer = await beat(cookie);
      expect([answer.status, JSON.parse(answer.body)]).toEqual([400, { success: false, error: 'No session' }]);
    },
  );
});

it.for<Record<string, string>>([
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { origin: 'https://elsewhere.example' },
  { origin: 'null' },
])('a cross-site request (%o) is refused, and nothing is stored', async (headers) => {
  const answer = await app.send('POST', HEARTBEAT_PATH, { ...headers, cookie: 'session_record_id=ann-session' });
  expect(answer.status).toBe(403);
  expect((await app.session('ann-session')).sessionEndTime).toBeNull();
});
