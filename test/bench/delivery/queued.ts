// Fills the queues of both on the device, by script, and reads what became of them there.
import { randomBytes } from 'node:crypto';
import type { Page } from 'puppeteer-core';
import type { Span } from '../../../sw/protocol/delivery.ts';
import { toRow } from '../../../sw/channel/queue.ts';

const EVERY_MS = 50_000;
const LENGTH_MS = 30_000;

/** Page of the spans in the queue. */
export const QUEUED_PAGE = '/portfolio/confidential/night-handover/';

/** So many spans, one after another, the last of which has just ended; the sessions follow each other. */
export function makeSpans(sessions: readonly string[], count: number): readonly Span[] {
  const firstMs = Date.now() - count * EVERY_MS;
  return Array.from({ length: count }, (_, nth) => {
    const start = firstMs + nth * EVERY_MS;
    const session = sessions[Math.floor((nth * sessions.length) / count)] ?? '';
    return { id: randomBytes(16).toString('hex'), session, page: QUEUED_PAGE, start, end: start + LENGTH_MS };
  });
}

/** When the first of the sessions began. */
export function beginning(count: number): number {
  return Date.now() - (count + 1) * EVERY_MS;
}

/** Puts the spans into our queue as they would lie there, last first: their order is not that of the rows. */
export function queueSpans(page: Page, spans: readonly Span[]): Promise<void> {
  return page.evaluate(write, 'stillhere', 'spans', spans.map(toRow).toReversed());
}

/** Copies the one request that Workbox has kept until there are `count`. */
export function copyWorkboxRequest(page: Page, count: number): Promise<void> {
  return page.evaluate(copyFirst, 'workbox-background-sync', 'requests', count - 1);
}

export async function countQueued(page: Page, database: 'stillhere' | 'workbox-background-sync'): Promise<number> {
  return page.evaluate(countRows, database, database === 'stillhere' ? 'spans' : 'requests');
}

// These three run in the page, so they can't share anything.

function write(name: string, store: string, rows: readonly unknown[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name);
    opening.addEventListener('error', () => reject(opening.error));
    opening.addEventListener('success', () => {
      const transaction = opening.result.transaction(store, 'readwrite');
      for (const row of rows) transaction.objectStore(store).put(row);
      transaction.addEventListener('complete', () => {
        opening.result.close();
        resolve();
      });
      transaction.addEventListener('abort', () => reject(transaction.error));
    });
  });
}

/** In the page itself: a row may hold what doesn't survive the way out and back, like the bytes of a body. */
function copyFirst(name: string, store: string, copies: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name);
    opening.addEventListener('error', () => reject(opening.error));
    opening.addEventListener('success', () => {
      const transaction = opening.result.transaction(store, 'readwrite');
      const rows = transaction.objectStore(store);
      const reading = rows.getAll(undefined, 1);
      reading.addEventListener('success', () => {
        const { id: _, ...row } = reading.result[0] as Record<string, unknown>;
        for (let nth = 0; nth < copies; nth++) rows.add(row);
      });
      transaction.addEventListener('complete', () => {
        opening.result.close();
        resolve();
      });
      transaction.addEventListener('abort', () => reject(transaction.error));
    });
  });
}

function countRows(name: string, store: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name);
    opening.addEventListener('error', () => reject(opening.error));
    opening.addEventListener('success', () => {
      const counting = opening.result.transaction(store).objectStore(store).count();
      counting.addEventListener('success', () => {
        opening.result.close();
        resolve(counting.result);
      });
    });
  });
}
