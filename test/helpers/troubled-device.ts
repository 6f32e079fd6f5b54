// The queue of a page or worker in a browser whose storage fails on command, and the deliveries that it sends.
import { forceCloseDatabase, IDBFactory } from 'fake-indexeddb';
import { beforeEach, vi } from 'vitest';
import { answer as answerOf } from '../../sw/channel/indexed-db.ts';
import { SpanQueue } from '../../sw/channel/queue.ts';
import type { Delivery, Receipt, Span } from '../../sw/protocol/delivery.ts';
import { readDelivery } from './delivery-request.ts';

export const NOW = Date.parse('2026-11-24T08:00:00Z');
export const DOWN = (): Response => Response.json({ success: false, error: 'down' }, { status: 500 });

export interface TroubledDevice {
  queue: SpanQueue;
  sent: Delivery[];
  answer: (delivery: Delivery) => Response;
  sentIds(): string[];
}

/** Call it once in a test file. Each test starts with an empty database and a server that acknowledges everything. */
export function troubledDevice(): TroubledDevice {
  const device: TroubledDevice = {
    queue: new SpanQueue(),
    sent: [],
    answer: acknowledge,
    sentIds: () => device.sent.flatMap(({ spans }) => spans.map(({ id }) => id)),
  };
  beforeEach(() => {
    vi.stubGlobal('indexedDB', new IDBFactory());
    Object.assign(device, { queue: new SpanQueue(), sent: [], answer: acknowledge });
    vi.stubGlobal('fetch', async (url: unknown, init: RequestInit) => {
      const delivery = readDelivery(url, init);
      device.sent.push(delivery);
      return device.answer(delivery);
    });
    return () => {
      vi.useRealTimers();
      vi.restoreAllMocks();
      vi.unstubAllGlobals();
    };
  });
  return device;
}

export function acknowledge({ spans }: Delivery): Response {
  return Response.json({ success: true, stored: spans.map(({ id }) => id), refused: [], now: NOW } satisfies Receipt);
}

export function makeSpan(id: string, end = NOW): Span {
  return { id, session: 'ann', page: '/a/', start: NOW - 60_000, end };
}

export async function rowsOf(queue: SpanQueue): Promise<unknown[] | undefined> {
  return queue.database.use(['spans'], (store) => answerOf(store.getAll()));
}

/** The browser takes no row any more. What is there can be read and deleted, as with a full disk. */
export function fillUp(): void {
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore) {
    this.transaction.abort();
    throw new DOMException('The disk is full', 'QuotaExceededError');
  });
}

/** Another script of the site, or another version of ours, opens the database. */
export async function openElsewhere(
  version?: number,
  upgrade = (_database: IDBDatabase): void => {},
): Promise<IDBDatabase> {
  const opening = indexedDB.open('stillhere', version);
  opening.addEventListener('upgradeneeded', () => upgrade(opening.result));
  await new Promise((resolve) => opening.addEventListener('success', resolve));
  return opening.result;
}

export async function read<T>(ask: IDBRequest<T>): Promise<T> {
  await new Promise((resolve) => ask.addEventListener('success', resolve));
  return ask.result;
}

/** Rejects when somebody holds it open. */
export async function deleteElsewhere(): Promise<void> {
  const deleting = indexedDB.deleteDatabase('stillhere');
  await new Promise((resolve, reject) => {
    deleting.addEventListener('success', resolve);
    deleting.addEventListener('blocked', reject);
  });
}

/** As when the reader clears the site's data: the browser tells it with a `close` event. */
export function closeByForce({ result }: IDBOpenDBRequest): void {
  forceCloseDatabase(result as never);
}
