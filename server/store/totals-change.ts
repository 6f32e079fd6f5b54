// How the totals change when something else is counted of a session than before. Pure.
import { bucketOf } from './histogram.ts';
import type { PagePart, SessionPart, SlotPart } from './contribution.ts';

/** Rows with a key, whose other columns are added to those of the table. */
export class RowSums<Key extends object, Sums extends { readonly [Column in keyof Sums]: number }> {
  readonly #rows = new Map<string, Key & Sums>();

  add(key: Key, sums: Sums): void {
    const name = Object.values(key).join(' ');
    const before = this.#rows.get(name);
    const summed: Record<string, number> = { ...sums };
    for (const [column, value] of Object.entries<number>(before ? sums : {}))
      summed[column] = value + Number((before as Record<string, unknown> | undefined)?.[column]);
    this.#rows.set(name, { ...key, ...(summed as Sums) });
  }

  list(): readonly (Key & Sums)[] {
    return [...this.#rows.values()];
  }
}

/** By the tables of totals-schema.ts. */
export class TotalsChange {
  readonly readers = new RowSums<
    { readonly id: string },
    {
      readonly counted: number;
      readonly sessions: number;
      readonly opened: number;
      readonly visits: number;
      readonly reading_ms: number;
    }
  >();
  readonly pages = new RowSums<{ readonly id: string }, { readonly sessions: number; readonly reading_ms: number }>();
  readonly readerPages = new RowSums<
    { readonly reader_id: string; readonly page_id: string },
    { readonly sessions: number; readonly reading_ms: number }
  >();
  readonly slots = new RowSums<
    { readonly slot: number },
    { readonly sessions: number; readonly opened: number; readonly visits: number; readonly reading_ms: number }
  >();
  readonly slotReaders = new RowSums<{ readonly slot: number; readonly reader_id: string }, { sessions: number }>();
  readonly readerBuckets = new RowSums<{ readonly reader_id: string; readonly bucket: number }, { sessions: number }>();
  readonly pageBuckets = new RowSums<{ readonly page_id: string; readonly bucket: number }, { sessions: number }>();
  readonly slotBuckets = new RowSums<{ readonly slot: number; readonly bucket: number }, { sessions: number }>();
  /** When they were seen last, if that is later than what the table has. */
  readonly readersLastMs = new Map<string, number>();
  readonly pagesLastMs = new Map<string, number>();
  /** Readers and pages of which something was taken away, so that they may have been seen last earlier than the table says. */
  readonly reducedReaders = new Set<string>();
  readonly reducedPages = new Set<string>();

  /** @param before undefined: not counted yet. @param after undefined: not counted any more. */
  session(readerId: string, before: SessionPart | undefined, after: SessionPart | undefined): void {
    for (const [part, sign] of [
      [before, -1],
      [after, 1],
    ] as const) {
      if (!part) continue;
      const { countedAs, readingMs, visits, startSlot } = part;
      const sums = {
        sessions: countedAs === 'read' ? sign : 0,
        opened: countedAs === 'opened' ? sign : 0,
        reading_ms: sign * (readingMs ?? 0),
      };
      this.readers.add({ id: readerId }, { ...sums, counted: sign, visits: sign * visits });
      this.slots.add({ slot: startSlot }, { ...sums, visits: 0, reading_ms: 0 });
      if (readingMs === null) continue;
      const bucket = bucketOf(readingMs);
      this.readerBuckets.add({ reader_id: readerId, bucket }, { sessions: sign });
      this.slotBuckets.add({ slot: startSlot, bucket }, { sessions: sign });
    }
    seen(readerId, before, after, this.readersLastMs, this.reducedReaders);
  }

  page(readerId: string, pageId: string, before: PagePart | undefined, after: PagePart | undefined): void {
    for (const [part, sign] of [
      [before, -1],
      [after, 1],
    ] as const) {
      if (!part) continue;
      const sums = { sessions: sign, reading_ms: sign * part.readingMs };
      this.pages.add({ id: pageId }, sums);
      this.readerPages.add({ reader_id: readerId, page_id: pageId }, sums);
      this.pageBuckets.add({ page_id: pageId, bucket: bucketOf(part.readingMs) }, { sessions: sign });
    }
    seen(pageId, before, after, this.pagesLastMs, this.reducedPages);
  }

  slot(readerId: string, slot: number, before: SlotPart | undefined, after: SlotPart | undefined): void {
    this.slots.add(
      { slot },
      {
        sessions: 0,
        opened: 0,
        visits: (after?.visits ?? 0) - (before?.visits ?? 0),
        reading_ms: (after?.readingMs ?? 0) - (before?.readingMs ?? 0),
      },
    );
    this.slotReaders.add({ slot, reader_id: readerId }, { sessions: Number(Boolean(after)) - Number(Boolean(before)) });
  }
}

function seen(
  id: string,
  before: { readonly lastMs: number } | undefined,
  after: { readonly lastMs: number } | undefined,
  lastMs: Map<string, number>,
  reduced: Set<string>,
): void {
  if (after) lastMs.set(id, Math.max(lastMs.get(id) ?? 0, after.lastMs));
  if (before && (!after || before.lastMs > after.lastMs)) reduced.add(id);
}
