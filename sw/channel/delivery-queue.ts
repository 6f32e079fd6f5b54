// The queue as a delivery sees it: what is next, what the server's word removes, until when to rest.
import type { Pause } from './backoff.ts';
import type { QueuedSpan } from './database.ts';
import type { Receipt, Span } from '../protocol/delivery.ts';
import { KEEP_MS, MAX_SPANS } from '../protocol/limits.ts';
import { isLonger, toRow, type SpanQueue } from './queue.ts';
import { useStores } from './stores.ts';

/** The spans that ended first, at most {@link MAX_SPANS}; before them what the storage didn't take, which is most at risk. */
export async function oldestSpans({ database, memory, trouble }: SpanQueue): Promise<readonly Span[]> {
  // Only reading: after a read along an index in a writing transaction Chromium 156 deletes ever slower, and 10,000 spans in
  // turns of 200 take 7.1 s to read and settle instead of 2.4.
  const rows = await useStores(
    database,
    ['spans'],
    (store): Promise<QueuedSpan[]> => store.index('end').getAll(undefined, MAX_SPANS),
    'readonly',
  );
  return [...(trouble ? memory.values() : []), ...(rows ?? [])].slice(0, MAX_SPANS);
}

/**
 * Takes the server's word for what was sent. A stored span goes, but only if its row still has the end that was sent, or
 * says less (what was sent could not be written); a refused one moves to `refused`; one that the server didn't name stays.
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
    // All at once: one after another, each would be a way to the browser's own process and back.
    const take = async (span: Span): Promise<void> => {
      const row = (await spans.get(span.id)) as QueuedSpan | undefined;
      const lastError = reasons.get(span.id);
      if (row && (lastError || row.end === span.end || isLonger(span, row))) void spans.delete(span.id);
      if (lastError) void refusedSpans.put({ ...toRow(span), ...row, lastError });
    };
    await Promise.all(named.map(take));
  });
}

/** So often a row is tried at least before it is dropped: its age may be no more than a clock that was set right. */
const LEAST_TRIES = 10;

/**
 * Notes a failed delivery on the rows that were in it, and until when deliveries rest. A row that was older than a week then
 * is dropped, and counted: not before {@link LEAST_TRIES}, so that a clock that jumps ahead doesn't empty the queue.
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
 * The pause that the last delivery left behind. What the storage didn't take counts until it can be read again: by then somebody
 * else may have delivered. But what the server asked for counts.
 */
export async function readPause(queue: SpanQueue): Promise<Pause | undefined> {
  const read = await useStores(queue.database, ['state'], async (state) => ({
    pause: (await state.get('pause')) as Pause | undefined,
  }));
  if (read && queue.pause?.cause !== 'server') queue.pause = undefined;
  return queue.pause ?? read?.pause;
}

/** A delivery worked: the pause is over. */
export async function endPause(queue: SpanQueue): Promise<void> {
  queue.pause = undefined;
  await useStores(queue.database, ['state'], (state) => state.delete('pause'));
}

/** How many spans wait for the server's word. One that grew while it could not be written counts twice. */
export async function countWaiting({ database, memory, trouble }: SpanQueue): Promise<number> {
  const stored = await useStores(database, ['spans'], (store) => store.count(), 'readonly');
  return (stored ?? 0) + (trouble ? memory.size : 0);
}

/** Drops what was refused more than a week ago. */
export async function dropOldRefused({ database }: SpanQueue): Promise<void> {
  await useStores(database, ['refused'], async (store) => {
    const old = IDBKeyRange.upperBound(Date.now() - KEEP_MS);
    for (const id of await store.index('end').getAllKeys(old)) void store.delete(id);
  });
}
