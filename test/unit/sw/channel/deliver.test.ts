// queue → send → receipt → queue, against answers of every kind.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { deliver } from '../../../../sw/channel/deliver.ts';
import { onEmit } from '../../../../sw/channel/events.ts';
import type { Delivery } from '../../../../sw/protocol/delivery.ts';
import type { EmittedEvent } from '../../../../sw/protocol/messages.ts';
import {
  acknowledge,
  deliverOne,
  fail,
  fakeDevice,
  json,
  makeSpan,
  NOW,
  rows,
  state,
} from '../../../helpers/fake-device.ts';

const device = fakeDevice();

describe('a receipt', () => {
  it('removes stored spans, and the request contains only the span', async () => {
    expect(await deliverOne(device)).toEqual({ stored: 1, refused: [], waiting: 0, retryInMs: 0, serverNow: NOW });
    expect(device.sent).toEqual([{ sentAt: NOW, spans: [makeSpan('s')] }]);
    expect(await rows(device)).toEqual([]);
  });

  it('keeps a span that has grown since it was sent', async () => {
    device.answer = async (delivery) => {
      await device.queue.keep([{ ...makeSpan('s'), end: NOW + 5_000 }]);
      return acknowledge(delivery);
    };
    await deliverOne(device);
    expect(await rows(device)).toMatchObject([{ id: 's', end: NOW + 5_000 }]);
    expect(device.sent).toHaveLength(1);
  });

  it('keeps a span that has ended since it was sent, even if it has not grown', async () => {
    device.answer = async (delivery) => {
      await device.queue.keep([{ ...makeSpan('s'), closed: true }]);
      return acknowledge(delivery);
    };
    await deliverOne(device);
    expect(await rows(device)).toMatchObject([{ id: 's', closed: true }]);
    device.answer = acknowledge;
    await deliver(device.queue, 'beat');
    expect(await rows(device)).toEqual([]);
    expect(device.sent.at(-1)?.spans).toEqual([{ ...makeSpan('s'), closed: true }]);
  });

  it('keeps spans that it does not list', async () => {
    device.answer = () => json(200, { success: true, stored: [], refused: [], now: NOW });
    expect(await deliverOne(device)).toMatchObject({ stored: 0, waiting: 1 });
    expect(device.sent).toHaveLength(1);
  });

  it('moves refused spans aside with the reason, and they are never sent again', async () => {
    device.answer = () =>
      json(200, { success: true, stored: [], refused: [{ id: 's', reason: 'unknown-session' }], now: NOW });
    expect(await deliverOne(device)).toMatchObject({ refused: [{ id: 's', reason: 'unknown-session' }], waiting: 0 });
    expect(await rows(device, 'refused')).toMatchObject([{ id: 's', lastError: 'unknown-session' }]);
    await device.queue.keep([{ ...makeSpan('s'), end: NOW + 5_000 }]);
    await deliver(device.queue, 'beat');
    expect(device.sent).toHaveLength(1);
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
    'a 500': fail,
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
    device.answer = theAnswer;
    const outcome = await deliverOne(device);
    expect(outcome).toMatchObject({ stored: 0, refused: [], waiting: 1, error: expect.stringMatching(/./) as unknown });
    expect(outcome.retryInMs).toBeGreaterThan(0);
    expect(await rows(device)).toMatchObject([{ id: 's', attempts: 1, lastError: outcome.error }]);
    expect(await rows(device, 'refused')).toEqual([]);
  });
});

describe('a bug', () => {
  it('in a request is not a network failure: it is reported, and retried less and less often', async () => {
    vi.stubGlobal('fetch', () => {
      throw new TypeError('AbortSignal.timeout is not a function');
    });
    const waits: number[] = [];
    for (let time = 0; time < 3; time++) {
      const { retryInMs, error, waiting } = await deliverOne(device, 'online');
      expect({ error, waiting }).toEqual({
        error: 'own mistake: TypeError: AbortSignal.timeout is not a function',
        waiting: 1,
      });
      waits.push(retryInMs);
    }
    expect(waits).toEqual([2_000, 4_000, 8_000]);
    expect(await rows(device)).toMatchObject([
      { attempts: 3, lastError: expect.stringContaining('own mistake') as unknown },
    ]);
  });

  it('in what follows an answer is returned as the outcome', async () => {
    vi.stubGlobal('navigator', {});
    vi.spyOn(Date, 'parse').mockImplementation(() => {
      throw new TypeError('no');
    });
    device.answer = () =>
      new Response(null, { status: 503, headers: { 'retry-after': 'Wed, 25 Nov 2026 08:00:00 GMT' } });
    expect(await deliverOne(device)).toMatchObject({ stored: 0, waiting: 1, error: 'own mistake: TypeError: no' });
  });

  it('that no request is the cause of is its outcome, and a pause of a minute', async () => {
    device.answer = () => json(200, { success: true, stored: [], refused: [null], now: NOW });
    expect(await deliverOne(device)).toEqual({
      stored: 0,
      refused: [],
      waiting: 1,
      retryInMs: 60_000,
      error: expect.stringMatching(/^own mistake: TypeError: /) as unknown,
    });
  });

  it('in the queue itself is one, too, though nothing can be counted', async () => {
    const { queue } = device;
    Object.defineProperty(queue, 'database', {
      get: () => {
        throw new TypeError('no queue');
      },
    });
    expect(await deliver(queue, 'beat')).toEqual({
      stored: 0,
      refused: [],
      waiting: 0,
      retryInMs: 60_000,
      error: 'own mistake: TypeError: no queue',
    });
  });
});

it('a delivery tells what it sends, the answer, and what it has achieved', async () => {
  const events: EmittedEvent[] = [];
  onEmit((event) => events.push(event));
  onTestFinished(() => onEmit(() => {}));
  device.answer = (delivery) => {
    vi.setSystemTime(NOW + 300);
    return acknowledge(delivery);
  };
  const outcome = await deliverOne(device, 'online');
  const receipt = { success: true, stored: ['s'], refused: [], now: NOW };
  expect(events).toMatchObject([
    { type: 'kept', spans: [makeSpan('s')], at: NOW },
    { type: 'sent', spans: [makeSpan('s')], sentAt: NOW, sent: { type: 'receipt', receipt }, at: NOW + 300 },
    { type: 'delivered', trigger: 'online', outcome, at: NOW + 300 },
  ]);
});

describe('a batch', () => {
  it('has at most 200 spans, earliest ends first', async () => {
    await device.queue.keep(Array.from({ length: 450 }, (_, nth) => makeSpan(`s${nth}`, NOW - nth)));
    expect(await deliver(device.queue, 'beat')).toMatchObject({ stored: 450, waiting: 0 });
    expect(device.sent.map(({ spans }) => spans.length)).toEqual([200, 200, 50]);
    const ends = device.sent.flatMap(({ spans }) => spans.map(({ end }) => end));
    expect(ends).toEqual(ends.toSorted((a, b) => a - b));
  });

  it('has at most 48 KiB', async () => {
    const long = `/${'x'.repeat(1_900)}`;
    await device.queue.keep(Array.from({ length: 100 }, (_, nth) => makeSpan(`s${nth}`, NOW, long)));
    expect(await deliver(device.queue, 'beat')).toMatchObject({ stored: 100 });
    for (const delivery of device.sent) expect(JSON.stringify(delivery).length).toBeLessThanOrEqual(48 * 1024);
  });

  it('is halved until the one bad span is alone; all others are stored', async () => {
    await device.queue.keep(Array.from({ length: 200 }, (_, nth) => makeSpan(`s${nth}`, NOW + nth)));
    device.answer = (delivery) =>
      delivery.spans.some(({ id }) => id === 's137')
        ? json(400, { success: false, error: 'I choke on 137' })
        : acknowledge(delivery);
    expect(await deliver(device.queue, 'beat')).toMatchObject({
      stored: 199,
      refused: [{ id: 's137', reason: 'malformed' }],
      waiting: 0,
    });
    expect(device.sent.length).toBeLessThan(30);
  });
});

describe('a span that makes every request with it fail', () => {
  const isPoisoned = ({ spans }: Delivery): boolean => spans.some(({ id }) => id === 's7');

  it.for([500, 403, 404, 400])('does not block the others with a %i', async (status) => {
    await device.queue.keep(Array.from({ length: 300 }, (_, nth) => makeSpan(`s${nth}`, NOW + nth)));
    device.answer = (delivery) =>
      isPoisoned(delivery) ? new Response('<h1>No</h1>', { status }) : acknowledge(delivery);
    for (let time = 0; time < 12; time++) await deliver(device.queue, 'start');
    expect(await rows(device)).toMatchObject([{ id: 's7' }]);
    expect(await rows(device, 'refused')).toEqual([]);
    expect(device.sent.length).toBeLessThan(80);
  });

  it('causes at most a second request per delivery while the server is down, and counts as one failure', async () => {
    await device.queue.keep(Array.from({ length: 300 }, (_, nth) => makeSpan(`s${nth}`, NOW + nth)));
    device.answer = fail;
    for (let time = 1; time <= 15; time++) {
      expect((await deliver(device.queue, 'online')).retryInMs).toBeGreaterThan(0);
      expect(device.sent.length).toBeLessThanOrEqual(2 * time);
      const pause = await state(device, 'pause');
      expect(pause).toMatchObject({ failures: time });
    }
    expect(await rows(device)).toHaveLength(300);
  });
});
