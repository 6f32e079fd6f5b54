// The route of deliveries: what it hands on, what it answers and what it limits, with a store that a test answers for. With the real
// one: test/server/deliveries.test.ts; real networks: test/server/limits.test.ts.
import { Router } from '@koa/router';
import type { Middleware } from 'koa';
import { pino } from 'pino';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createDeliveries, type DeliveryLimits } from '../../../../server/deliveries/answer-delivery.ts';
import { addHeartbeatRoute } from '../../../../server/deliveries/route.ts';
import { errorHandler } from '../../../../server/http/error-handler.ts';
import { HttpError } from '../../../../server/http/http-error.ts';
import type { Recorded, Sighting } from '../../../../server/store/session-store.ts';
import { HEARTBEAT_PATH, type Span } from '../../../../sw/protocol/delivery.ts';
import { startKoa } from '../../../helpers/start-koa.ts';
import { unlimitedLoad } from '../../../helpers/unlimited-load.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const CLOCK = { now: () => NOW, setBackMs: undefined };
const UNLIMITED: DeliveryLimits = { beats: 0, network: 0 };

let received: (readonly Sighting[])[];
let record: (sightings: readonly Sighting[]) => Promise<readonly Recorded[]>;
beforeEach(() => {
  received = [];
  record = async (sightings) => sightings.map(() => 'stored');
});

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly json: unknown;
}

/** Starts the route, and returns how to post to it: spans of a device whose clock is 5 s behind, or another body. */
async function start(
  limits = UNLIMITED,
): Promise<(body: readonly unknown[] | string, cookie?: string) => Promise<Answer>> {
  const router = new Router();
  const receive = (sightings: readonly Sighting[]) => (received.push(sightings), record(sightings));
  addHeartbeatRoute(router, createDeliveries(receive, unlimitedLoad(), limits, CLOCK));
  const url = await startKoa(errorHandler(pino({ level: 'silent' })), router.routes() as Middleware);
  return async (given, cookie) => {
    const body = typeof given === 'string' ? given : JSON.stringify({ sentAt: NOW - 5_000, spans: given });
    const response = await fetch(url + HEARTBEAT_PATH, { method: 'POST', body, headers: cookie ? { cookie } : {} });
    return { status: response.status, retryAfter: response.headers.get('retry-after'), json: await response.json() };
  };
}

const makeSpan = (id: string, session = 'ann'): Span => ({
  id,
  session,
  page: '/a/',
  start: NOW - 2_000,
  end: NOW - 1_000,
});

describe('a delivery', () => {
  it('is handed on with the time of its arrival and how far the clock of the device is behind', async () => {
    const post = await start();
    expect(await post([makeSpan('one'), makeSpan('other', 'bob')], 'session_record_id=carl')).toMatchObject({
      status: 200,
      json: { success: true, stored: ['one', 'other'], refused: [], now: NOW },
    });
    const span = { page: '/a/', startMs: NOW - 2_000, endMs: NOW - 1_000, offsetMs: 5_000 };
    expect(received).toEqual([
      [
        { session: 'ann', receivedMs: NOW, span: { id: 'one', ...span } },
        { session: 'bob', receivedMs: NOW, span: { id: 'other', ...span } },
      ],
    ]);
  });

  it('has a receipt that says of each span what came of it, and nothing of one that nobody knows of', async () => {
    record = async () => ['stored', 'unknown-session', 'too-many-spans'];
    const post = await start();
    const spans = [makeSpan('a'), { ...makeSpan('b'), page: 7 }, makeSpan('c'), makeSpan('d'), makeSpan('e')];
    expect((await post(spans)).json).toEqual({
      success: true,
      stored: ['a'],
      refused: [
        { id: 'b', reason: 'malformed' },
        { id: 'c', reason: 'unknown-session' },
        { id: 'd', reason: 'too-many-spans' },
      ],
      now: NOW,
    });
  });

  it('that is none is refused with a sentence, and handed on to nobody', async () => {
    const post = await start();
    expect(await post('{"spans":[]}', 'session_record_id=ann')).toMatchObject({
      status: 400,
      json: { success: false, error: expect.stringMatching(/^The body must be JSON like /) as unknown },
    });
    expect((await post('x'.repeat(65_537))).status).toBe(413);
    expect(received).toEqual([]);
  });

  it('that the store can not take is refused as the store says', async () => {
    record = () => Promise.reject(new HttpError(503, 'later', { retryAfterSeconds: 5 }));
    const post = await start();
    expect(await post([makeSpan('a')])).toEqual({
      status: 503,
      retryAfter: '5',
      json: { success: false, error: 'later' },
    });
  });
});

describe('an empty body', () => {
  it('says that the session of the cookie is seen now', async () => {
    const post = await start();
    expect(await post('', 'a=b; session_record_id=ann')).toMatchObject({ status: 200, json: { success: true } });
    expect(received).toEqual([[{ session: 'ann', receivedMs: NOW }]]);
  });

  it('is refused without a session, and for one that the store does not know', async () => {
    const post = await start();
    const refused = { status: 400, json: { success: false, error: 'No session' } };
    expect(await post('')).toMatchObject(refused);
    expect(received).toEqual([]);
    record = async () => ['unknown-session'];
    expect(await post('', 'session_record_id=nobody')).toMatchObject(refused);
  });
});

describe('a limit', () => {
  // It counts by the second, and a test may take longer.
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW, toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    return () => vi.useRealTimers();
  });

  const tooMany = (whose: string): Answer => ({
    status: 429,
    retryAfter: '1',
    json: { success: false, error: `Too many deliveries from this ${whose}; send it again later` },
  });

  it('of a session counts each delivery once, whatever it carries, and empty bodies', async () => {
    const post = await start({ beats: 2, network: 0 });
    expect((await post([makeSpan('a'), makeSpan('b'), makeSpan('c')])).status).toBe(200);
    expect((await post('', 'session_record_id=ann')).status).toBe(200);
    expect(await post([makeSpan('d')])).toEqual(tooMany('session'));
    expect(await post('', 'session_record_id=ann')).toEqual(tooMany('session'));
    // Nor does it pass beside a session that may.
    expect(await post([makeSpan('e', 'bob'), makeSpan('f')])).toEqual(tooMany('session'));
    expect((await post([makeSpan('g', 'carl')], 'session_record_id=ann')).status).toBe(200);
    expect(received).toHaveLength(3);
  });

  it('of a network counts all its sessions', async () => {
    const post = await start({ beats: 0, network: 2 });
    for (const session of ['ann', 'bob']) expect((await post([makeSpan('a', session)])).status).toBe(200);
    expect(await post([makeSpan('a', 'carl')])).toEqual(tooMany('network'));
    expect(received).toHaveLength(2);
  });
});
