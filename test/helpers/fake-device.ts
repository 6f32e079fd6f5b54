// The queue and delivery of one device, with a server that the test simulates. The network is a function here; the
// real one, with the same responses, is in test/browser/faults.test.ts.
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, vi } from 'vitest';
import { deliver } from '../../sw/channel/deliver.ts';
import type { DeliveryOutcome } from '../../sw/protocol/messages.ts';
import { answer } from '../../sw/channel/indexed-db.ts';
import type { Delivery, Receipt, Span } from '../../sw/protocol/delivery.ts';
import { SpanQueue } from '../../sw/channel/queue.ts';
import type { Tag } from '../../sw/worker/sync-tags.ts';
import { readDelivery } from './delivery-request.ts';

export const NOW = Date.parse('2026-11-24T08:00:00Z');
export const DAY = 86_400_000;

export interface FakeDevice {
  queue: SpanQueue;
  /** The deliveries that the server received, in order. */
  sent: Delivery[];
  answer: (delivery: Delivery, nth: number) => Response | Promise<Response>;
}

/**
 * A new device before each test of the file. Its server acknowledges everything, and its clock is stopped at {@link
 * NOW}.
 */
export function fakeDevice(): FakeDevice {
  const device = {} as FakeDevice;
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
    vi.stubGlobal('indexedDB', new IDBFactory());
    vi.stubGlobal('navigator', { locks: navigator.locks, onLine: true });
    vi.spyOn(Math, 'random').mockReturnValue(1);
    Object.assign(device, { queue: new SpanQueue(), sent: [], answer: acknowledge } satisfies FakeDevice);
    vi.stubGlobal('fetch', async (url: unknown, init: RequestInit) => {
      const delivery = readDelivery(url, init);
      return device.answer(delivery, device.sent.push(delivery) - 1);
    });
    return () => {
      vi.useRealTimers();
      vi.restoreAllMocks();
      vi.unstubAllGlobals();
    };
  });
  return device;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers });
}

export function acknowledge({ spans }: Delivery): Response {
  return json(200, { success: true, stored: spans.map(({ id }) => id), refused: [], now: NOW } satisfies Receipt);
}

/** The server responds with errors. */
export function fail(): Response {
  return json(500, { success: false, error: 'no' });
}

export function makeSpan(id: string, end = NOW, page = '/a/'): Span {
  return { id, session: 'ann', page, start: end - 1_000, end };
}

/** The contents of a store of the device. */
export async function rows({ queue }: FakeDevice, store: 'spans' | 'refused' = 'spans'): Promise<unknown[]> {
  return (await queue.database.use([store], (all) => answer(all.getAll()))) ?? [];
}

/** A value of the device's store `state`. */
export async function state({ queue }: FakeDevice, key: 'pause' | 'expired' | Tag): Promise<unknown> {
  return queue.database.use(['state'], (all) => answer(all.get(key)));
}

/** Keeps the span `s` and delivers it. */
export async function deliverOne(
  { queue }: FakeDevice,
  trigger: Parameters<typeof deliver>[1] = 'beat',
): Promise<DeliveryOutcome> {
  await queue.keep([makeSpan('s')]);
  return deliver(queue, trigger);
}
