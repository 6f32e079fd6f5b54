// The queue from a delivery's perspective: the next spans, the effect of a receipt, and the pause.
import type { Pause } from './backoff.ts';
import type { QueuedSpan } from './database.ts';
import type { Receipt, Span } from '../protocol/delivery.ts';
import { KEEP_MS, MAX_SPANS } from '../protocol/limits.ts';
import { isLonger, toRow, type SpanQueue } from './queue.ts';
import { useStores } from './stores.ts';

/**
 * The spans with the earliest ends, at most {@link MAX_SPANS}. Spans that could not be stored come first, because they
 * are most at risk.
 */
export async function oldestSpans({ database, memory, trouble }: SpanQueue): Promise<readonly Span[]> {
  // Read-only: after a read by index in a writing transaction, deletes in Chromium 156 become slower and slower.
  // Reading and settling 10,000 spans in batches of 200 takes 7.1 s instead of 2.4.
  const rows = await useStores(
    database,
    ['spans'],
    (store): Promise<QueuedSpan[]> => store.index('end').getAll(undefined, MAX_SPANS),
    'readonly',
  );
  return [...(trouble ? memory.values() : []), ...(rows ?? [])].slice(0, MAX_SPANS);
}

/**
 * Applies a receipt to the sent spans. A stored span is deleted, but only if its row has the end that was sent, or an
 * earlier one (because what was sent could not be written). A refused span moves to `refused`. Spans that the receipt
 * doesn't mention stay.
 */
export async function acknowledge(
  { database, memory }: SpanQueue,
  sent: readonly Span[],
  { stored, refused }: Pick<Receipt, 'stored' | 'refused'>,
): Promise<void> {
  const reasons = new Map<string, string>(refused.map(({ id, reason }) => [id, reason]));
  const named = sent.filter(({ id }) => reasons.has(id) || stored.includes(id));
  for (const { id, end } of named) if (memory.get(id)?.end === end) memory.delete(id);
  await useStores(database, ['spans', 'refused'], async (spans, refusedSpans) => {
    // In parallel: sequential requests would each cost a round trip to the browser process.
    const take = async (span: Span): Promise<void> => {
      const row = (await spans.get(span.id)) as QueuedSpan | undefined;
      const lastError = reasons.get(span.id);
      if (row && (lastError || (row.end === span.end && row.closed === span.closed) || isLonger(span, row)))
        void spans.delete(span.id);
      if (lastError) void refusedSpans.put({ ...toRow(span), ...row, lastError });
    };
    await Promise.all(named.map(take));
  });
}

/** The minimum number of tries before a row is dropped. Its apparent age may only come from a corrected clock. */
const LEAST_TRIES = 10;

/**
 * Records a failed delivery on its rows, and the pause. Rows older than a week are dropped and counted, but only after
 * {@link LEAST_TRIES}, so that a clock that jumps ahead doesn't empty the queue.
 */
export async function postpone(
  queue: SpanQueue,
  pause: Pause,
  sent: readonly Span[],
  lastError: string,
): Promise<void> {
  const isWritten = await useStores(queue.database, ['spans', 'state'], async (spans, state) => {
    let expired = 0;
    const rows = sent.map(({ id }): Promise<QueuedSpan | undefined> => spans.get(id));
    for (const row of await Promise.all(rows)) {
      if (!row) continue;
      if (row.end <= pause.since - KEEP_MS && row.attempts + 1 >= LEAST_TRIES) {
        void spans.delete(row.id);
        expired++;
      } else void spans.put({ ...row, attempts: row.attempts + 1, lastError });
    }
    if (expired > 0) void state.put(Number((await state.get('expired')) ?? 0) + expired, 'expired');
    void state.put(pause, 'pause');
    return true;
  });
  queue.pause = isWritten ? undefined : pause;
}

/**
 * The pause after the last delivery. A pause that could not be stored counts until the storage is readable again,
 * because another page or worker may have delivered by then. A pause that the server requested always counts.
 */
export async function readPause(queue: SpanQueue): Promise<Pause | undefined> {
  const read = await useStores(queue.database, ['state'], async (state) => ({
    pause: (await state.get('pause')) as Pause | undefined,
  }));
  if (read && queue.pause?.cause !== 'server') queue.pause = undefined;
  return queue.pause ?? read?.pause;
}

/** Ends the pause after a successful delivery. */
export async function endPause(queue: SpanQueue): Promise<void> {
  queue.pause = undefined;
  await useStores(queue.database, ['state'], (state) => state.delete('pause'));
}

/** Counts unconfirmed spans. One that grew while it could not be written counts twice. */
export async function countWaiting({ database, memory, trouble }: SpanQueue): Promise<number> {
  const stored = await useStores(database, ['spans'], (store) => store.count(), 'readonly');
  return (stored ?? 0) + (trouble ? memory.size : 0);
}

/** Deletes spans refused more than a week ago. */
export async function dropOldRefused({ database }: SpanQueue): Promise<void> {
  await useStores(database, ['refused'], async (store) => {
    const old = IDBKeyRange.upperBound(Date.now() - KEEP_MS);
    for (const id of await store.index('end').getAllKeys(old)) void store.delete(id);
  });
}
