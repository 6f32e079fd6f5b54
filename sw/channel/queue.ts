// Where spans are written before anything is sent: one row per span, however many beats it stands for. Page and worker
// share it. What takes spans out again is in delivery-queue.ts.
import { emit } from './events.ts';
import type { Pause } from './backoff.ts';
import { Database, type QueuedSpan } from './database.ts';
import { answer } from './indexed-db.ts';
import type { Span } from '../protocol/delivery.ts';

/** The queue of this device. It never says that something is kept when the write failed. */
export class SpanQueue {
  readonly database = new Database();
  /** What isn't known to be in the storage: it would be lost with this page or worker. */
  readonly memory = new Map<string, Span>();
  /** Why the last {@link keep} could not write; undefined when it did. */
  trouble: string | undefined = 'nothing written yet';
  /** Until when deliveries rest, where the storage could not take it. */
  pause: Pause | undefined;

  /**
   * Writes spans, and whatever is in memory still; resolves when the transaction is complete, or when they are left in
   * memory because the storage refuses or is silent (some seconds). Of two versions of a span the longer one stays, so a
   * message that comes late takes nothing back. (Not the one that ends later: after a device's clock was set back the
   * truth ends earlier.) A refused span is not taken again.
   */
  async keep(spans: readonly Span[]): Promise<void> {
    for (const span of spans) if (!isLonger(this.memory.get(span.id), span)) this.memory.set(span.id, span);
    const held = [...this.memory.values()];
    const isWritten = await this.database.use(['spans', 'refused'], async (store, refused) => {
      for (const span of held) {
        const kept = await answer<QueuedSpan | undefined>(store.get(span.id));
        if (isLonger(kept, span)) continue;
        if (await answer(refused.getKey(span.id))) continue;
        void store.put({ ...kept, ...toRow(span), attempts: kept?.attempts ?? 0 });
      }
      return true;
    });
    this.trouble = isWritten ? undefined : this.database.trouble;
    if (isWritten) this.release(held);
    if (spans.length > 0) emit({ type: 'kept', spans });
  }

  /**
   * Writes one span from inside an event handler of a page that goes away: nothing awaited, and `commit()` at once.
   * Measured at a closing tab: without the commit Firefox kept 0 of 4, with it 3 to 4 of 4; Chromium all; WebKit none.
   * It is in memory, too, until it is written: a page that was only hidden can say it again.
   */
  keepAtExit(span: Span): void {
    this.memory.set(span.id, span);
    try {
      const transaction = this.database.connection?.transaction('spans', 'readwrite');
      transaction?.objectStore('spans').put(toRow(span));
      transaction?.addEventListener('complete', () => this.release([span]));
      transaction?.commit();
    } catch {
      // The connection is lost: the next `keep` opens another one.
    }
  }

  /** These are safe elsewhere: they go from memory, unless they have grown since. */
  release(spans: readonly Span[]): void {
    for (const span of spans) if (this.memory.get(span.id) === span) this.memory.delete(span.id);
  }
}

/** A span as it lies in the database, not tried yet; first what a person looks for in the devtools. */
export function toRow({ id, session, page, start, end }: Span): QueuedSpan {
  const iso = (epochMs: number): string => new Date(epochMs).toISOString();
  return { page, startTime: iso(start), endTime: iso(end), attempts: 0, id, session, start, end };
}

/** There is such a version of the span, and it says more. */
export function isLonger(one: Span | undefined, other: Span): boolean {
  return one !== undefined && one.end - one.start > other.end - other.start;
}
