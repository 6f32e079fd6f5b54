// When a delivery that failed is tried again, and that no crowd of pages tries at once.
import { describe, expect, it, vi } from 'vitest';
import { deliver } from '../../../../sw/channel/deliver.ts';
import type { DeliveryOutcome } from '../../../../sw/protocol/messages.ts';
import { SpanQueue } from '../../../../sw/channel/queue.ts';
import {
  acknowledge,
  DAY,
  deliverOne,
  fail,
  fakeDevice,
  json,
  makeSpan,
  NOW,
  state,
} from '../../../helpers/fake-device.ts';

const device = fakeDevice();

describe('a pause', () => {
  it('is stored in the database, so that a new worker obeys it', async () => {
    device.answer = () => new Response(null, { status: 429, headers: { 'retry-after': '30' } });
    await deliverOne(device);
    expect(await deliver(new SpanQueue(), 'start')).toMatchObject({ retryInMs: 35_000, waiting: 1 });
    expect(device.sent).toHaveLength(1);
    vi.setSystemTime(NOW + 35_000);
    device.answer = acknowledge;
    expect(await deliver(new SpanQueue(), 'beat')).toMatchObject({ stored: 1, retryInMs: 0 });
  });

  it('stays stored until a request works: the worker can be killed between two', async () => {
    device.answer = fail;
    await deliverOne(device);
    const before = await state(device, 'pause');
    expect(before).toMatchObject({ failures: 1 });
    await device.queue.keep([makeSpan('other')]);
    const seen: unknown[] = [];
    device.answer = async (delivery) => {
      seen.push(await state(device, 'pause'));
      return delivery.spans.length > 1 ? new Response('<h1>Too large</h1>', { status: 413 }) : acknowledge(delivery);
    };
    expect(await deliver(device.queue, 'start')).toMatchObject({ stored: 2, waiting: 0 });
    expect(seen).toEqual([before, before, undefined]);
  });

  it('has jitter that is drawn once and stored', async () => {
    vi.mocked(Math.random).mockReturnValueOnce(0.25).mockReturnValue(0);
    device.answer = fail;
    expect(await deliverOne(device)).toMatchObject({ retryInMs: 500 });
    vi.setSystemTime(NOW + 499);
    expect(await deliver(new SpanQueue(), 'beat')).toMatchObject({ retryInMs: 1 });
    expect(device.sent).toHaveLength(1);
  });

  it('ends when the clock is set back, whatever the server requested', async () => {
    device.answer = () => new Response(null, { status: 429, headers: { 'retry-after': '3600' } });
    await deliverOne(device);
    vi.setSystemTime(NOW - 5 * 3_600_000);
    device.answer = acknowledge;
    expect(await deliver(device.queue, 'beat')).toMatchObject({ stored: 1 });
  });

  it('has its intended length when the clock is set back while it is written', async () => {
    await device.queue.keep([makeSpan('s')]);
    device.answer = fail;
    const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementationOnce(function (
      this: IDBObjectStore,
      ...row
    ) {
      vi.setSystemTime(NOW - 60_000);
      return this.put(...row);
    });
    expect(await deliver(device.queue, 'beat')).toMatchObject({ retryInMs: 2_000 });
    expect(put).toHaveBeenCalled();
  });

  it("reads Retry-After as a date on the server's own clock", async () => {
    const date = (ms: number): string => new Date(ms).toUTCString();
    device.answer = () =>
      new Response(null, { status: 503, headers: { date: date(NOW + DAY), 'retry-after': date(NOW + DAY + 60_000) } });
    expect(await deliverOne(device)).toMatchObject({ retryInMs: 65_000 });
  });

  it('grows with each failure and ends with the first success', async () => {
    device.answer = fail;
    await device.queue.keep([makeSpan('s')]);
    const waits = [];
    for (let time = 0; time < 3; time++) waits.push((await deliver(device.queue, 'online')).retryInMs);
    expect(waits).toEqual([2_000, 4_000, 8_000]);
    device.answer = acknowledge;
    await deliver(device.queue, 'online');
    device.answer = fail;
    expect(await deliverOne(device)).toMatchObject({ retryInMs: 2_000 });
  });

  it('marks as replayed what is delivered after it, with what was read meanwhile, and no more than that', async () => {
    const replayed = (): readonly unknown[] => device.sent.at(-1)?.spans.map((span) => [span.id, span.replayed]) ?? [];
    device.answer = fail;
    await device.queue.keep([makeSpan('before')]);
    await deliver(device.queue, 'online');
    expect(replayed()).toEqual([['before', undefined]]);
    await device.queue.keep([makeSpan('meanwhile')]);
    device.answer = acknowledge;
    await deliver(device.queue, 'online');
    expect(replayed()).toEqual([
      ['before', true],
      ['meanwhile', true],
    ]);
    await device.queue.keep([makeSpan('after')]);
    await deliver(device.queue, 'online');
    expect(replayed()).toEqual([['after', undefined]]);
  });

  it('of a 401 lasts until the next page start', async () => {
    device.answer = () => json(401, { success: false, error: 'no' });
    await deliverOne(device);
    vi.setSystemTime(NOW + DAY);
    device.answer = acknowledge;
    expect(await deliver(device.queue, 'online')).toMatchObject({ waiting: 1 });
    expect(await deliver(device.queue, 'start')).toMatchObject({ stored: 1 });
  });
});

describe('without a connection', () => {
  it('retries within 2 s, however often it failed', async () => {
    device.answer = () => Promise.reject(new TypeError('Failed to fetch'));
    await device.queue.keep([makeSpan('s')]);
    for (let time = 0; time < 20; time++) {
      const { retryInMs } = await deliver(device.queue, 'online');
      expect(retryInMs).toBeGreaterThanOrEqual(1_000);
      expect(retryInMs).toBeLessThan(2_000);
    }
  });

  const STRANGERS: Readonly<Record<string, () => Response>> = {
    'a captive portal': () => new Response('<h1>Welcome</h1>', { headers: { 'content-type': 'text/html' } }),
    'a redirect': () => Object.defineProperty(Response.error(), 'type', { value: 'opaqueredirect' }),
    'a 511': () => new Response('<h1>Log in</h1>', { status: 511 }),
  };
  it.for(Object.entries(STRANGERS))(
    '%s answers: it is tried again within 2 s at first, and ever later when it stays',
    async ([, stranger]) => {
      device.answer = stranger;
      await device.queue.keep([makeSpan('s')]);
      const waits: number[] = [];
      for (let time = 0; time < 20; time++) waits.push((await deliver(device.queue, 'online')).retryInMs);
      expect(Math.max(...waits.slice(0, 5))).toBeLessThan(2_000);
      for (let nth = 5; nth < 12; nth++) expect(waits[nth]).toBe(2 * (waits[nth - 1] ?? 0));
      expect(waits.slice(-5)).toEqual([300_000, 300_000, 300_000, 300_000, 300_000]);
      // No answer at all is a tunnel.
      device.answer = () => Promise.reject(new TypeError('Failed to fetch'));
      expect((await deliver(device.queue, 'online')).retryInMs).toBeLessThan(2_000);
    },
  );

  it('but retries with growing pauses while the browser reports that it is offline', async () => {
    vi.stubGlobal('navigator', { locks: navigator.locks, onLine: false });
    device.answer = () => Promise.reject(new TypeError('Failed to fetch'));
    await device.queue.keep([makeSpan('s')]);
    const waits = [];
    for (let time = 0; time < 3; time++) waits.push((await deliver(device.queue, 'online')).retryInMs);
    expect(waits).toEqual([2_000, 4_000, 8_000]);
  });

  it.for(['at once', 'in the middle of an answer'])(
    'a timeout %s is trouble of a server: growing pauses',
    async (when) => {
      const timeout = new DOMException('timed out', 'TimeoutError');
      const hanging = (): ReadableStream => new ReadableStream({ pull: (controller) => controller.error(timeout) });
      device.answer = () => (when === 'at once' ? Promise.reject(timeout) : new Response(hanging()));
      await device.queue.keep([makeSpan('s')]);
      const waits = [];
      for (let time = 0; time < 3; time++) waits.push((await deliver(device.queue, 'online')).retryInMs);
      expect(waits).toEqual([2_000, 4_000, 8_000]);
    },
  );
});

describe('a crowd', () => {
  it('of deliveries sends one request at a time, each span once', async () => {
    let underWay = 0;
    device.answer = async (delivery) => {
      expect(++underWay).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      return acknowledge(delivery);
    };
    await device.queue.keep(Array.from({ length: 500 }, (_, nth) => makeSpan(`s${nth}`, NOW + nth)));
    const other = new SpanQueue();
    await Promise.all(Array.from({ length: 10 }, (_, nth) => deliver(nth % 2 ? device.queue : other, 'online')));
    expect(device.sent).toHaveLength(3);
  });

  it('of waiting deliveries does not retry after one fails', async () => {
    let now = NOW;
    device.answer = () => {
      vi.setSystemTime((now += 1));
      return json(500, { success: false, error: 'no' });
    };
    await device.queue.keep([makeSpan('s')]);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => deliver(device.queue, 'online')));
    expect(device.sent).toHaveLength(2);
    for (const { retryInMs } of outcomes) expect(retryInMs).toBeGreaterThan(0);
  });

  it('is not blocked by an earlier request that hangs', async () => {
    let later: Promise<DeliveryOutcome> | undefined;
    device.answer = async (delivery, nth) => {
      if (nth > 0) return acknowledge(delivery);
      vi.setSystemTime(NOW + 1_000);
      later = deliver(new SpanQueue(), 'start');
      vi.setSystemTime(NOW + 20_000);
      throw new DOMException('timed out', 'TimeoutError');
    };
    expect(await deliverOne(device)).toMatchObject({ stored: 0 });
    expect(await later).toMatchObject({ stored: 1 });
  });

  it('of 10,000 spans is sent oldest first in 60 requests, even after many failures', async () => {
    const spans = Array.from({ length: 10_000 }, (_, nth) =>
      makeSpan(`${nth}`.padStart(32, '0'), NOW + nth, '/confidential/night-handover/'),
    );
    await device.queue.keep(spans.toReversed());
    device.answer = fail;
    for (let time = 0; time < 12; time++) await deliver(device.queue, 'online');
    device.sent = [];
    device.answer = acknowledge;
    expect(await deliver(device.queue, 'online')).toMatchObject({ stored: 10_000, waiting: 0 });
    expect(device.sent.length).toBeLessThanOrEqual(60);
    expect(device.sent.flatMap((delivery) => delivery.spans)).toEqual(
      spans.map((span) => ({ ...span, replayed: true })),
    );
  });

  it('of twenty visible pages sends no more requests than one page', async () => {
    device.answer = () => Promise.reject(new TypeError('Failed to fetch'));
    await device.queue.keep([makeSpan('s')]);
    const askAt = new Map(Array.from({ length: 20 }, () => [new SpanQueue(), NOW] as const));
    /** Each page asks as soon as it was told to. */
    const pass = async (untilMs: number): Promise<void> => {
      for (let now = Math.min(...askAt.values()); now < untilMs; now = Math.min(...askAt.values())) {
        vi.setSystemTime(now);
        const due = [...askAt].filter(([, at]) => at === now).map(([page]) => page);
        const outcomes = await Promise.all(due.map((page) => deliver(page, 'retry')));
        for (const [nth, page] of due.entries()) askAt.set(page, now + (outcomes[nth]?.retryInMs || Infinity));
      }
    };
    await pass(NOW + 60_000);
    expect(device.sent.length).toBeGreaterThan(60 / 2);
    expect(device.sent.length).toBeLessThanOrEqual(60);
    device.sent.length = 0;
    device.answer = acknowledge;
    await pass(NOW + 90_000);
    expect(device.sent).toHaveLength(1);
  });
});
