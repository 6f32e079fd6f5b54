// Collects the sightings that arrive while a transaction is being stored into the next one, and answers each request
// after the commit. A commit to disk costs about the same for one row as for a hundred (measured: 2.0k rows/s at 1 per
// commit, 20.6k at 100). So the busier the store, the larger its transactions.
import { HttpError } from '../http/http-error.ts';
import type { Recorded, SessionStore, Sighting } from '../store/session-store.ts';

/**
 * Resolves when the sightings are durable, with results in their order.
 * @throws HttpError 503 if the store is unavailable. The device then keeps the spans.
 */
export type ReceiveSpans = (sightings: readonly Sighting[]) => Promise<readonly Recorded[]>;

interface Waiting {
  readonly sightings: readonly Sighting[];
  readonly resolve: (recorded: readonly Recorded[]) => void;
  readonly reject: (reason: unknown) => void;
}

/** At most this many sightings are stored together, so that no transaction takes long. */
const MAX_TOGETHER = 5_000;
const RETRY_AFTER_SECONDS = 5;

export function createReceiver(store: Pick<SessionStore, 'record'>): ReceiveSpans {
  const waiting: Waiting[] = [];
  let isStoring = false;

  const storeAll = async (): Promise<void> => {
    isStoring = true;
    while (waiting.length > 0) await storeSome();
    isStoring = false;
  };
  const storeSome = async (): Promise<void> => {
    const together = waiting.splice(0, countUpTo(waiting, MAX_TOGETHER));
    try {
      const recorded = await store.record(together.flatMap(({ sightings }) => sightings));
      let from = 0;
      for (const { sightings, resolve } of together) resolve(recorded.slice(from, (from += sightings.length)));
    } catch (cause) {
      const failure = new HttpError(503, 'The store is not available; send it again later', {
        cause,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
      for (const { reject } of together) reject(failure);
    }
  };

  return (sightings) =>
    new Promise((resolve, reject) => {
      const isFirst = waiting.push({ sightings, resolve, reject }) === 1;
      // Requests that arrive in this turn of the event loop come along.
      if (isFirst && !isStoring) setImmediate(() => void storeAll());
    });
}

/** Counts the leading requests that have at most `most` sightings together; at least one. */
function countUpTo(waiting: readonly Waiting[], most: number): number {
  let sum = 0;
  const end = waiting.findIndex(({ sightings }, nth) => (sum += sightings.length) > most && nth > 0);
  return end < 0 ? waiting.length : end;
}
