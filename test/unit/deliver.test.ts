// queue → send → receipt → queue, against answers of every kind. The network is a function here; the real one, with the
// same answers, is in test/browser/faults.test.ts.
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { deliver, type Outcome } from '../../sw/deliver.ts';
import type { Delivery, Receipt, Span } from '../../sw/protocol.ts';
import { SpanQueue } from '../../sw/queue.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const DAY = 86_400_000;

let queue: SpanQueue;
/** What the server was sent, in order. */
let sent: Delivery[];
let answer: (delivery: Delivery, nth: number) => Response | Promise<Response>;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.spyOn(Math, 'random').mockReturnValue(1);
  queue = new SpanQueue();
  sent = [];
  answer = acknowledge;
  vi.stubGlobal('fetch', async (_path: string, { body }: { body: string }) => {
    const delivery = JSON.parse(body) as Delivery;
    return answer(delivery, sent.push(delivery) - 1);
  });
  return () => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  };
});

function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers });
}

function acknowledge({ spans }: Delivery): Response {
  return json(200, { success: true, stored: spans.map(({ id }) => id), refused: [], now: NOW } satisfies Receipt);
}

function makeSpan(id: string, end = NOW, page = '/a/'): Span {
  return { id, session: 'ann', page, start: end - 1_000, end };
}

async function rows(store: 'spans' | 'refused' = 'spans'): Promise<unknown[]> {
  return (await queue.database.use([store], (transaction) => transaction.store.getAll())) ?? [];
}

async function deliverOne(trigger: Parameters<typeof deliver>[1] = 'beat'): Promise<Outcome> {
  await queue.keep([makeSpan('s')]);
  return deliver(queue, trigger);
}

describe('a receipt', () => {
  it('removes what it says is stored, and the wire carries nothing but the span', async () => {
    expect(await deliverOne()).toEqual({ stored: 1, refused: [], waiting: 0, retryInMs: 0, error: undefined });
    expect(sent).toEqual([{ sentAt: NOW, spans: [makeSpan('s')] }]);
    expect(await rows()).toEqual([]);
  });

  it('leaves a span that has grown since it was sent', async () => {
    answer = async (delivery) => {
      await queue.keep([{ ...makeSpan('s'), end: NOW + 5_000 }]);
      return acknowledge(delivery);
    };
    await deliverOne();
    expect(await rows()).toMatchObject([{ id: 's', end: NOW + 5_000 }]);
    expect(sent).toHaveLength(1);
  });

  it('leaves what it does not name', async () => {
    answer = () => json(200, { success: true, stored: [], refused: [], now: NOW });
    expect(await deliverOne()).toMatchObject({ stored: 0, waiting: 1 });
    expect(sent).toHaveLength(1);
  });

  it('moves what it refuses aside, with the reason, and it is never sent again', async () => {
    answer = () =>
      json(200, { success: true, stored: [], refused: [{ id: 's', reason: 'unknown-session' }], now: NOW });
    expect(await deliverOne()).toMatchObject({ refused: [{ id: 's', reason: 'unknown-session' }], waiting: 0 });
    expect(await rows('refused')).toMatchObject([{ id: 's', lastError: 'unknown-session' }]);
    await queue.keep([{ ...makeSpan('s'), end: NOW + 5_000 }]);
    await deliver(queue, 'beat');
    expect(sent).toHaveLength(1);
  });
});

describe('anything else keeps every span', () => {
  const ANSWERS: Readonly<Record<string, () => Response | Promise<Response>>> = {
    'a captive portal': () => new Response('<h1>Welcome</h1>', { headers: { 'content-type': 'text/html' } }),
    'a 200 with JSON that is no receipt': () => json(200, { success: true }),
    'a 200 with null': () => json(200, null),
    'a 204': () => new Response(null, { status: 204 }),
    'a 302': () => new Response(null, { status: 302, headers: { location: '/login' } }),
    'a 404': () => json(404, { success: false, error: 'no' }),
    'a 500': () => json(500, { success: false, error: 'no' }),
    'a 502 in HTML': () => new Response('<h1>Bad gateway</h1>', { status: 502 }),
    'no network': () => Promise.reject(new TypeError('Failed to fetch')),
    'no answer in time': () => Promise.reject(new DOMException('timed out', 'TimeoutError')),
    'a 401': () => json(401, { success: false, error: 'no' }),
    'a 403': () => json(403, { success: false, error: 'no' }),
    'a 429': () => new Response(null, { status: 429 }),
    'a 503': () => new Response(null, { status: 503 }),
    'a 400 that is not by our server': () => new Response('<h1>Bad request</h1>', { status: 400 }),
    'a 413 that is not by our server': () => new Response('<h1>Too large</h1>', { status: 413 }),
  };

  it.for(Object.entries(ANSWERS))('%s', async ([, theAnswer]) => {
    answer = theAnswer;
    const outcome = await deliverOne();
    expect(outcome).toMatchObject({ stored: 0, refused: [], waiting: 1, error: expect.stringMatching(/./) as unknown });
    expect(outcome.retryInMs).toBeGreaterThan(0);
    expect(await rows()).toMatchObject([{ id: 's', attempts: 1, lastError: outcome.error }]);
    expect(await rows('refused')).toEqual([]);
  });
});

describe('a pause', () => {
  it('is kept in the database, so that a new worker knows of it', async () => {
    answer = () => new Response(null, { status: 429, headers: { 'retry-after': '30' } });
    await deliverOne();
    expect(await deliver(new SpanQueue(), 'start')).toMatchObject({ retryInMs: 35_000, waiting: 1 });
    expect(sent).toHaveLength(1);
    vi.setSystemTime(NOW + 35_000);
    answer = acknowledge;
    expect(await deliver(new SpanQueue(), 'beat')).toMatchObject({ stored: 1, retryInMs: 0 });
  });

  it('has its jitter drawn once, and kept with it', async () => {
    vi.mocked(Math.random).mockReturnValueOnce(0.25).mockReturnValue(0);
    answer = () => json(500, { success: false, error: 'no' });
    expect(await deliverOne()).toMatchObject({ retryInMs: 500 });
    vi.setSystemTime(NOW + 499);
    expect(await deliver(new SpanQueue(), 'beat')).toMatchObject({ retryInMs: 1 });
    expect(sent).toHaveLength(1);
  });

  it('does not last when the clock is set back, whatever the server had asked for', async () => {
    answer = () => new Response(null, { status: 429, headers: { 'retry-after': '3600' } });
    await deliverOne();
    vi.setSystemTime(NOW - 5 * 3_600_000);
    answer = acknowledge;
    expect(await deliver(queue, 'beat')).toMatchObject({ stored: 1 });
  });

  it("reads Retry-After as a date on the server's own clock", async () => {
    const date = (ms: number): string => new Date(ms).toUTCString();
    answer = () =>
      new Response(null, { status: 503, headers: { date: date(NOW + DAY), 'retry-after': date(NOW + DAY + 60_000) } });
    expect(await deliverOne()).toMatchObject({ retryInMs: 65_000 });
  });

  it('grows with each failure and ends with the first success', async () => {
    answer = () => json(500, { success: false, error: 'no' });
    await queue.keep([makeSpan('s')]);
    const waits = [];
    for (let time = 0; time < 3; time++) waits.push((await deliver(queue, 'online')).retryInMs);
    expect(waits).toEqual([2_000, 4_000, 8_000]);
    answer = acknowledge;
    await deliver(queue, 'online');
    answer = () => json(500, { success: false, error: 'no' });
    expect(await deliverOne()).toMatchObject({ retryInMs: 2_000 });
  });

  it('of a 401 lasts until the next page start', async () => {
    answer = () => json(401, { success: false, error: 'no' });
    await deliverOne();
    vi.setSystemTime(NOW + DAY);
    answer = acknowledge;
    expect(await deliver(queue, 'online')).toMatchObject({ waiting: 1 });
    expect(await deliver(queue, 'start')).toMatchObject({ stored: 1 });
  });
});

describe('a batch', () => {
  it('has 200 spans at most, those that ended first before the others', async () => {
    await queue.keep(Array.from({ length: 450 }, (_, nth) => makeSpan(`s${nth}`, NOW - nth)));
    expect(await deliver(queue, 'beat')).toMatchObject({ stored: 450, waiting: 0 });
    expect(sent.map(({ spans }) => spans.length)).toEqual([200, 200, 50]);
    const ends = sent.flatMap(({ spans }) => spans.map(({ end }) => end));
    expect(ends).toEqual(ends.toSorted((a, b) => a - b));
  });

  it('has 48 KiB at most', async () => {
    const long = `/${'x'.repeat(1_900)}`;
    await queue.keep(Array.from({ length: 100 }, (_, nth) => makeSpan(`s${nth}`, NOW, long)));
    expect(await deliver(queue, 'beat')).toMatchObject({ stored: 100 });
    for (const delivery of sent) expect(JSON.stringify(delivery).length).toBeLessThanOrEqual(48 * 1024);
  });

  it('is halved until the one bad span is alone; all others are stored', async () => {
    await queue.keep(Array.from({ length: 200 }, (_, nth) => makeSpan(`s${nth}`, NOW + nth)));
    answer = (delivery) =>
      delivery.spans.some(({ id }) => id === 's137')
        ? json(400, { success: false, error: 'I choke on 137' })
        : acknowledge(delivery);
    expect(await deliver(queue, 'beat')).toMatchObject({
      stored: 199,
      refused: [{ id: 's137', reason: 'malformed' }],
      waiting: 0,
    });
    expect(sent.length).toBeLessThan(30);
  });
});

describe('a span that makes every request with it fail', () => {
  const isPoisoned = ({ spans }: Delivery): boolean => spans.some(({ id }) => id === 's7');

  it.for([500, 403, 404, 400])('does not hold up the others behind a %i', async (status) => {
    await queue.keep(Array.from({ length: 300 }, (_, nth) => makeSpan(`s${nth}`, NOW + nth)));
    answer = (delivery) => (isPoisoned(delivery) ? new Response('<h1>No</h1>', { status }) : acknowledge(delivery));
    for (let time = 0; time < 12; time++) await deliver(queue, 'start');
    expect(await rows()).toMatchObject([{ id: 's7' }]);
    expect(await rows('refused')).toEqual([]);
    expect(sent.length).toBeLessThan(80);
  });

  it('costs a second request of a delivery at most while the server is down, and counts as one failure', async () => {
    await queue.keep(Array.from({ length: 300 }, (_, nth) => makeSpan(`s${nth}`, NOW + nth)));
    answer = () => json(500, { success: false, error: 'no' });
    for (let time = 1; time <= 15; time++) {
      expect((await deliver(queue, 'online')).retryInMs).toBeGreaterThan(0);
      expect(sent.length).toBeLessThanOrEqual(2 * time);
      const pause = await queue.database.use(['state'], (transaction) => transaction.store.get('pause'));
      expect(pause).toMatchObject({ failures: time });
    }
    expect(await rows()).toHaveLength(300);
  });
});

describe('a crowd', () => {
  it('of deliveries makes one request at a time, each span once', async () => {
    let underWay = 0;
    answer = async (delivery) => {
      expect(++underWay).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      return acknowledge(delivery);
    };
    await queue.keep(Array.from({ length: 500 }, (_, nth) => makeSpan(`s${nth}`, NOW + nth)));
    const other = new SpanQueue();
    await Promise.all(Array.from({ length: 10 }, (_, nth) => deliver(nth % 2 ? queue : other, 'online')));
    expect(sent).toHaveLength(3);
  });

  it('that waits while one fails does not try again, each of it', async () => {
    let now = NOW;
    answer = () => {
      vi.setSystemTime((now += 1));
      return json(500, { success: false, error: 'no' });
    };
    await queue.keep([makeSpan('s')]);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => deliver(queue, 'online')));
    expect(sent).toHaveLength(2);
    for (const { retryInMs } of outcomes) expect(retryInMs).toBeGreaterThan(0);
  });

  it('is not kept waiting by a request that hung since before it came', async () => {
    let later: Promise<Outcome> | undefined;
    answer = async (delivery, nth) => {
      if (nth > 0) return acknowledge(delivery);
      vi.setSystemTime(NOW + 1_000);
      later = deliver(new SpanQueue(), 'start');
      vi.setSystemTime(NOW + 20_000);
      throw new DOMException('timed out', 'TimeoutError');
    };
    expect(await deliverOne()).toMatchObject({ stored: 0 });
    expect(await later).toMatchObject({ stored: 1 });
  });

  it('of 10,000 spans leaves oldest first in 60 requests, even after long trouble', { timeout: 60_000 }, async () => {
    const spans = Array.from({ length: 10_000 }, (_, nth) =>
      makeSpan(`${nth}`.padStart(32, '0'), NOW + nth, '/confidential/night-handover/'),
    );
    await queue.keep(spans.toReversed());
    answer = () => json(500, { success: false, error: 'no' });
    for (let time = 0; time < 12; time++) await deliver(queue, 'online');
    sent = [];
    answer = acknowledge;
    expect(await deliver(queue, 'online')).toMatchObject({ stored: 10_000, waiting: 0 });
    expect(sent.length).toBeLessThanOrEqual(60);
    expect(sent.flatMap((delivery) => delivery.spans)).toEqual(spans);
  });
});

describe('the queue', () => {
  it('holds one row per span, however many beats it stands for', async () => {
    for (let tick = 0; tick < 100; tick++) await queue.keep([{ ...makeSpan('s'), end: NOW + tick }]);
    expect(await rows()).toMatchObject([{ id: 's', end: NOW + 99 }]);
  });

  it('is not set back by a message that comes late', async () => {
    await queue.keep([{ ...makeSpan('s'), end: NOW + 5_000 }]);
    await queue.keep([makeSpan('s')]);
    expect(await rows()).toMatchObject([{ end: NOW + 5_000 }]);
  });

  it('follows a clock that was set back: the longer version is the later one', async () => {
    await queue.keep([makeSpan('s')]);
    await queue.keep([{ ...makeSpan('s'), start: NOW - DAY, end: NOW - DAY + 5_000 }]);
    expect(await rows()).toMatchObject([{ start: NOW - DAY, end: NOW - DAY + 5_000 }]);
  });

  it('drops what is older than a week, and counts it', async () => {
    await queue.keep([makeSpan('old', NOW - 7 * DAY), makeSpan('new', NOW - 7 * DAY + 1)]);
    expect(await deliver(queue, 'beat')).toMatchObject({ stored: 1 });
    expect(sent.flatMap(({ spans }) => spans.map(({ id }) => id))).toEqual(['new']);
    expect(await queue.database.use(['state'], (transaction) => transaction.store.get('expired'))).toBe(1);
  });

  it('opens the database again when the connection is lost', async () => {
    await queue.keep([makeSpan('s')]);
    queue.database.connection?.close();
    await queue.keep([makeSpan('t')]);
    expect(await rows()).toHaveLength(2);
    expect(queue.isDegraded).toBe(false);
  });

  it('leaves no rejection behind for the host page when the browser breaks a transaction off', async () => {
    const rejections: unknown[] = [];
    const note = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', note);
    await queue.keep([makeSpan('s')]);
    const get = vi.spyOn(IDBObjectStore.prototype, 'get');
    for (const work of [() => queue.keep([makeSpan('t')]), () => deliver(queue, 'beat')]) {
      get.mockImplementationOnce(function (this: IDBObjectStore) {
        const { transaction } = this;
        setImmediate(() => transaction.abort());
        return this.getAll();
      });
      await work();
      await new Promise((resolve) => setImmediate(resolve));
    }
    process.off('unhandledRejection', note);
    expect(rejections).toEqual([]);
    expect(sent.flatMap(({ spans }) => spans.map(({ id }) => id))).toEqual(['s', 't']);
  });

  it('goes on in memory where there is no storage, says so, and delivers', async () => {
    vi.stubGlobal('indexedDB', undefined);
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    expect(await deliverOne()).toMatchObject({ waiting: 1 });
    expect(queue.isDegraded).toBe(true);
    answer = acknowledge;
    expect(await deliver(queue, 'beat')).toMatchObject({ stored: 0, waiting: 1, retryInMs: 2_000 });
    vi.setSystemTime(NOW + 2_000);
    expect(await deliver(queue, 'beat')).toMatchObject({ stored: 1, waiting: 0 });
    expect(queue.isDegraded).toBe(false);
  });

  it('writes down what it held in memory as soon as the storage takes it', async () => {
    const factory = indexedDB;
    vi.stubGlobal('indexedDB', undefined);
    await queue.keep([makeSpan('s')]);
    vi.stubGlobal('indexedDB', factory);
    await queue.keep([makeSpan('t')]);
    expect(queue.isDegraded).toBe(false);
    expect(await rows()).toHaveLength(2);
  });
});
