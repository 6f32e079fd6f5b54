// What changes in the totals when a session is counted, counted again, or taken away.
import { describe, expect, it } from 'vitest';
import type { SessionPart } from '../../../../server/store/contribution.ts';
import { bucketOf } from '../../../../server/store/histogram.ts';
import { RowSums, TotalsChange } from '../../../../server/store/totals-change.ts';

const MINUTE = 60_000;

const read: SessionPart = { countedAs: 'read', readingMs: 3 * MINUTE, visits: 2, lastMs: 900, startSlot: 7 };
const longer: SessionPart = { ...read, readingMs: 5 * MINUTE, visits: 3, lastMs: 1_000 };
const opened: SessionPart = { countedAs: 'opened', readingMs: null, visits: 0, lastMs: 800, startSlot: 7 };
const unmeasured: SessionPart = { ...read, readingMs: null };
const excluded: SessionPart = { countedAs: 'excluded', readingMs: null, visits: 0, lastMs: 0, startSlot: 7 };

/** Rows without those that change nothing. */
function changed(rows: readonly object[]): readonly object[] {
  const isKey = (name: string): boolean => /id$|^slot$|^bucket$/.test(name);
  return rows.filter((row) => Object.entries(row).some(([name, value]) => !isKey(name) && value !== 0));
}

function session(before: SessionPart | undefined, after: SessionPart | undefined): TotalsChange {
  const change = new TotalsChange();
  change.session('ann', before, after);
  return change;
}

describe('a session', () => {
  it('that was read is added to its reader, the quarter of an hour in which it began, and their histograms', () => {
    const change = session(undefined, read);
    expect(change.readers.list()).toEqual([
      { id: 'ann', counted: 1, sessions: 1, opened: 0, visits: 2, reading_ms: 3 * MINUTE },
    ]);
    // Visits and reading of a quarter are counted when they took place.
    expect(change.slots.list()).toEqual([{ slot: 7, sessions: 1, opened: 0, visits: 0, reading_ms: 0 }]);
    const bucket = bucketOf(3 * MINUTE);
    expect(change.readerBuckets.list()).toEqual([{ reader_id: 'ann', bucket, sessions: 1 }]);
    expect(change.slotBuckets.list()).toEqual([{ slot: 7, bucket, sessions: 1 }]);
    expect([...change.readersLastMs]).toEqual([['ann', 900]]);
    expect([...change.reducedReaders]).toEqual([]);
  });

  it('that was only opened, or is excluded, is no reading', () => {
    const change = session(undefined, opened);
    expect(change.readers.list()).toEqual([
      { id: 'ann', counted: 1, sessions: 0, opened: 1, visits: 0, reading_ms: 0 },
    ]);
    expect(change.slots.list()).toEqual([{ slot: 7, sessions: 0, opened: 1, visits: 0, reading_ms: 0 }]);
    expect(change.readerBuckets.list()).toEqual([]);
    expect(session(undefined, excluded).readers.list()).toEqual([
      { id: 'ann', counted: 1, sessions: 0, opened: 0, visits: 0, reading_ms: 0 },
    ]);
  });

  it('whose reading time is not known is in no histogram', () => {
    const change = session(undefined, unmeasured);
    expect(change.readers.list()).toMatchObject([{ sessions: 1, visits: 2, reading_ms: 0 }]);
    expect([change.readerBuckets.list(), change.slotBuckets.list()]).toEqual([[], []]);
  });

  it('that goes on adds the difference', () => {
    const change = session(read, longer);
    expect(change.readers.list()).toEqual([
      { id: 'ann', counted: 0, sessions: 0, opened: 0, visits: 1, reading_ms: 2 * MINUTE },
    ]);
    expect(changed(change.readerBuckets.list())).toEqual([
      { reader_id: 'ann', bucket: bucketOf(3 * MINUTE), sessions: -1 },
      { reader_id: 'ann', bucket: bucketOf(5 * MINUTE), sessions: 1 },
    ]);
    expect(changed(change.slots.list())).toEqual([]);
    expect([...change.readersLastMs]).toEqual([['ann', 1_000]]);
    expect([...change.reducedReaders]).toEqual([]);
  });

  it('that turns out to be read was opened no more', () => {
    expect(session(opened, read).readers.list()).toEqual([
      { id: 'ann', counted: 0, sessions: 1, opened: -1, visits: 2, reading_ms: 3 * MINUTE },
    ]);
  });

  it('that is taken away leaves nothing', () => {
    const change = session(read, undefined);
    expect(change.readers.list()).toEqual([
      { id: 'ann', counted: -1, sessions: -1, opened: 0, visits: -2, reading_ms: -3 * MINUTE },
    ]);
    change.session('ann', undefined, read);
    const { readers, slots, readerBuckets, slotBuckets } = change;
    for (const rows of [readers, slots, readerBuckets, slotBuckets]) expect(changed(rows.list())).toEqual([]);
    expect([...change.reducedReaders]).toEqual(['ann']);
  });

  it('that was last seen earlier than counted makes its reader one to look at again', () => {
    expect([...session(longer, read).reducedReaders]).toEqual(['ann']);
    expect([...session(read, read).reducedReaders]).toEqual([]);
    expect([...session(read, excluded).reducedReaders]).toEqual(['ann']);
    expect(session(read, undefined).readersLastMs.size).toBe(0);
  });

  it('of several the one counts that was seen last', () => {
    for (const [one, other] of [
      [read, longer],
      [longer, read],
    ] as const) {
      const change = session(undefined, one);
      change.session('ann', undefined, other);
      expect([...change.readersLastMs]).toEqual([['ann', 1_000]]);
      expect(change.readers.list()).toMatchObject([{ counted: 2, sessions: 2, reading_ms: 8 * MINUTE }]);
    }
  });
});

describe('a page of a session', () => {
  const less = { readingMs: MINUTE, lastMs: 500 };
  const more = { readingMs: 4 * MINUTE, lastMs: 700 };

  it('is added to the page, the page of the reader, and its histogram', () => {
    const change = new TotalsChange();
    change.page('ann', 'plan', undefined, less);
    expect(change.pages.list()).toEqual([{ id: 'plan', sessions: 1, reading_ms: MINUTE }]);
    expect(change.readerPages.list()).toEqual([{ reader_id: 'ann', page_id: 'plan', sessions: 1, reading_ms: MINUTE }]);
    expect(change.pageBuckets.list()).toEqual([{ page_id: 'plan', bucket: bucketOf(MINUTE), sessions: 1 }]);
    expect([[...change.pagesLastMs], [...change.reducedPages]]).toEqual([[['plan', 500]], []]);
  });

  it('that is read longer adds the difference, and one that is taken away leaves nothing', () => {
    const change = new TotalsChange();
    change.page('ann', 'plan', less, more);
    expect(change.pages.list()).toEqual([{ id: 'plan', sessions: 0, reading_ms: 3 * MINUTE }]);
    expect(change.readerPages.list()).toMatchObject([{ sessions: 0, reading_ms: 3 * MINUTE }]);
    expect(change.pageBuckets.list()).toEqual([
      { page_id: 'plan', bucket: bucketOf(MINUTE), sessions: -1 },
      { page_id: 'plan', bucket: bucketOf(4 * MINUTE), sessions: 1 },
    ]);
    expect([...change.reducedPages]).toEqual([]);
    change.page('ann', 'plan', more, undefined);
    change.page('ann', 'plan', undefined, less);
    expect(changed(change.pages.list())).toEqual([]);
    expect([...change.reducedPages]).toEqual(['plan']);
  });
});

describe('a quarter of an hour of a session', () => {
  const part = { readingMs: MINUTE, visits: 1 };

  it('has its reading and the visits that began in it, and the reader once', () => {
    const change = new TotalsChange();
    change.slot('ann', 7, undefined, part);
    change.slot('ann', 7, undefined, { readingMs: 2 * MINUTE, visits: 2 });
    expect(change.slots.list()).toEqual([{ slot: 7, sessions: 0, opened: 0, visits: 3, reading_ms: 3 * MINUTE }]);
    expect(change.slotReaders.list()).toEqual([{ slot: 7, reader_id: 'ann', sessions: 2 }]);
  });

  it('that is read longer adds the difference, and one that is taken away leaves nothing', () => {
    const change = new TotalsChange();
    change.slot('ann', 7, part, { readingMs: 9 * MINUTE, visits: 3 });
    expect(change.slots.list()).toEqual([{ slot: 7, sessions: 0, opened: 0, visits: 2, reading_ms: 8 * MINUTE }]);
    expect(change.slotReaders.list()).toEqual([{ slot: 7, reader_id: 'ann', sessions: 0 }]);
    const taken = new TotalsChange();
    taken.slot('ann', 7, part, undefined);
    expect(taken.slots.list()).toEqual([{ slot: 7, sessions: 0, opened: 0, visits: -1, reading_ms: -MINUTE }]);
    expect(taken.slotReaders.list()).toEqual([{ slot: 7, reader_id: 'ann', sessions: -1 }]);
  });
});

describe('sums of rows', () => {
  it('belong to one key of several parts', () => {
    const sums = new RowSums<{ readonly a: string; readonly b: number }, { readonly n: number }>();
    sums.add({ a: 'x', b: 1 }, { n: 5 });
    sums.add({ a: 'x', b: 11 }, { n: 7 });
    sums.add({ a: 'x', b: 1 }, { n: -2 });
    sums.add({ a: 'x1', b: 1 }, { n: 9 });
    expect(sums.list()).toEqual([
      { a: 'x', b: 1, n: 3 },
      { a: 'x', b: 11, n: 7 },
      { a: 'x1', b: 1, n: 9 },
    ]);
  });
});
