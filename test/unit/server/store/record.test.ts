import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordSession, type ChangedSpan, type SessionState } from '../../../../server/store/record.ts';
import type { Interval } from '../../../../server/store/reading-time.ts';
import type { Recorded, Sighting } from '../../../../server/store/session-store.ts';

const NOW = 1_000_000;
const MINUTE = 60_000;
/** Small enough to count each millisecond. */
const LATEST = 60;

const NEW_SESSION: SessionState = {
  startMs: NOW,
  endMs: null,
  readingMs: 0,
  currentPage: null,
  offsetMs: null,
  formerOffsetMs: null,
  spanCount: 0,
  stretchCount: 0,
  lastStartMs: null,
  lastEndMs: null,
  lastSpanStartMs: null,
  lastSpanId: null,
  offlineMs: 0,
  endKnownBy: null,
  nextBeatMs: null,
};

/** A store in memory, which loads no more than it is asked for. */
class MemoryStore {
  session = NEW_SESSION;
  revision = 1;
  readonly spans = new Map<string, Omit<ChangedSpan, 'id' | 'isNew'>>();
  readonly stretches = new Map<number, number>();

  record(sightings: readonly Sighting[], isCrowded = false): readonly Recorded[] {
    const ids = sightings.flatMap(({ span }) => (span ? [span.id] : []));
    const spans = new Map([...this.spans].filter(([id]) => ids.includes(id)));
    let ranges: readonly Interval[] = [];
    for (;;) {
      const stretches = this.#touching(ranges);
      const change = recordSession(this.session, sightings, { spans, stretches: { ranges, stretches }, isCrowded });
      if ('missing' in change) {
        expect(change.missing).not.toEqual(ranges);
        ranges = change.missing;
        continue;
      }
      for (const { id, isNew, ...span } of change.spans) {
        expect(this.spans.has(id)).toBe(!isNew);
        const receivedMs = span.receivedMs ?? this.spans.get(id)?.receivedMs;
        this.spans.set(id, { ...span, receivedMs });
      }
      for (const startMs of change.removed) expect(this.stretches.delete(startMs)).toBe(true);
      for (const { startMs, endMs } of change.added) {
        expect(this.stretches.has(startMs)).toBe(false);
        this.stretches.set(startMs, endMs);
      }
      this.session = change.session ?? this.session;
      if (change.session && change.isVisible) this.revision++;
      return change.recorded;
    }
  }

  /** All stretches, with the last. */
  union(): readonly Interval[] {
    const { lastStartMs, lastEndMs } = this.session;
    const all = [...this.stretches].map(([startMs, endMs]) => ({ startMs, endMs }));
    if (lastStartMs !== null && lastEndMs !== null) all.push({ startMs: lastStartMs, endMs: lastEndMs });
    return all.toSorted((one, other) => one.startMs - other.startMs);
  }

  #touching(ranges: readonly Interval[]): readonly Interval[] {
    return this.union()
      .slice(0, -1)
      .filter(({ startMs, endMs }) => ranges.some((range) => startMs <= range.endMs && endMs >= range.startMs));
  }
}

interface Seen {
  readonly id: string;
  readonly page: string;
  readonly start: number;
  readonly end: number;
  readonly isClosed: boolean;
  readonly isReplayed: boolean;
}

const seen: fc.Arbitrary<Seen> = fc
  .record({
    tab: fc.constantFrom('a', 'b', 'c'),
    start: fc.nat(LATEST - 1),
    length: fc.nat(20),
    isClosed: fc.boolean(),
    isReplayed: fc.boolean(),
  })
  .map(({ tab, start, length, ...flags }) => {
    const end = Math.min(LATEST, start + length);
    // A span begins once, so its start is a part of its id.
    return { id: `${tab}${start}`, page: `/${tab}/`, start, end, ...flags };
  });

/** From a device with a correct clock, on a fast network. */
function sight({ id, page, start, end, isClosed, isReplayed }: Seen): Sighting {
  const span = { id, page, startMs: NOW + start, endMs: NOW + end, offsetMs: 0, isClosed, isReplayed };
  return { session: 's', receivedMs: NOW + LATEST, span };
}

/** The times at which at least one span was being read, counted one by one. */
function readMs(spans: readonly Seen[]): readonly number[] {
  const times = Array.from({ length: LATEST }, (_, ms) => ms);
  return times.filter((ms) => spans.some(({ start, end }) => start <= ms && ms < end));
}

describe('a session', () => {
  it('is the union of its spans, whatever the order, the batches and the repetitions', () => {
    fc.assert(
      fc.property(fc.array(fc.array(seen, { maxLength: 6 }), { maxLength: 12 }), (batches) => {
        const store = new MemoryStore();
        for (const batch of batches) {
          const recorded = store.record(batch.map(sight));
          expect(recorded).toEqual(batch.map(() => 'stored'));
        }
        const all = batches.flat();
        const longest = Map.groupBy(all, ({ id }) => id);
        expect([...store.spans.keys()].toSorted()).toEqual([...longest.keys()].toSorted());
        for (const [id, same] of longest)
          expect(store.spans.get(id)).toMatchObject({
            startMs: NOW + (same[0]?.start ?? 0),
            endMs: NOW + Math.max(...same.map(({ end }) => end)),
            isClosed: same.some(({ isClosed }) => isClosed),
          });
        const read = readMs(all);
        expect(store.session.readingMs).toBe(read.length);
        expect(store.session.spanCount).toBe(longest.size);
        expect(store.session.stretchCount).toBe(store.stretches.size);
        const inStretches = (ms: number): boolean =>
          store.union().some(({ startMs, endMs }) => startMs <= NOW + ms && NOW + ms < endMs);
        expect(Array.from({ length: LATEST }, (_, ms) => ms).filter(inStretches)).toEqual(read);
        for (const [nth, { startMs }] of store.union().entries())
          if (nth > 0) expect(startMs).toBeGreaterThan(store.union()[nth - 1]?.endMs ?? 0);
      }),
      { numRuns: 500 },
    );
  });

  it('ends with the span that ends last, and says how that is known', () => {
    fc.assert(
      fc.property(fc.array(seen, { minLength: 1, maxLength: 12 }), fc.nat(4), (all, size) => {
        const store = new MemoryStore();
        for (let from = 0; from < all.length; from += size + 1)
          store.record(all.slice(from, from + size + 1).map(sight));
        const order = (one: Seen, other: Seen): number =>
          other.end - one.end || other.start - one.start || (other.id > one.id ? 1 : -1);
        const [last] = all.toSorted(order);
        expect(store.session.endMs).toBe(NOW + (last?.end ?? 0));
        expect(store.session.currentPage).toBe(last?.page);
        const isClosed = all.some((one) => one.id === last?.id && one.isClosed);
        expect(store.session.endKnownBy).toBe(isClosed ? 'goodbye' : 'tick');
      }),
      { numRuns: 500 },
    );
  });

  it('does not change when the same is recorded again', () => {
    fc.assert(
      fc.property(fc.array(seen, { maxLength: 12 }), (all) => {
        const store = new MemoryStore();
        store.record(all.map(sight));
        const before = [store.session, [...store.spans], [...store.stretches], store.revision];
        store.record(all.map(sight));
        expect([store.session, [...store.spans], [...store.stretches], store.revision]).toEqual(before);
      }),
    );
  });

  it('counts as offline what was delivered from the queue first', () => {
    const store = new MemoryStore();
    const span = { id: 'a', page: '/a/', start: 0, isClosed: false };
    store.record([sight({ ...span, end: 10, isReplayed: false })]);
    store.record([sight({ ...span, end: 25, isReplayed: true })]);
    store.record([sight({ ...span, end: 30, isReplayed: false })]);
    expect(store.session).toMatchObject({ readingMs: 30, offlineMs: 15 });
    expect(store.spans.get('a')?.isReplayed).toBe(true);
  });

  it('keeps when a delivery from the queue, or a late one, brought more of a span', () => {
    const store = new MemoryStore();
    const deliver = (minute: number, end: number, isReplayed = false): number | undefined => {
      const span = { id: 'a', page: '/a/', startMs: NOW, endMs: NOW + end * MINUTE, offsetMs: 0, isReplayed };
      store.record([{ session: 's', receivedMs: NOW + minute * MINUTE, span }]);
      const { receivedMs } = store.spans.get('a') ?? {};
      return receivedMs === undefined ? undefined : (receivedMs - NOW) / MINUTE;
    };
    expect(deliver(1, 1)).toBeUndefined();
    expect(deliver(7, 4, true)).toBe(7);
    // The receipt was lost, so the same is delivered again; then the span goes on.
    expect(deliver(8, 4, true)).toBe(7);
    expect(deliver(9, 9)).toBe(7);
    expect(deliver(12, 10)).toBe(12);
  });

  it('learns that a span is over even if it has not grown, once', () => {
    const store = new MemoryStore();
    const span = { id: 'a', page: '/a/', start: 0, end: 10, isReplayed: false };
    store.record([sight({ ...span, isClosed: false })]);
    expect([store.session.endKnownBy, store.revision]).toEqual(['tick', 2]);
    for (let time = 0; time < 2; time++) store.record([sight({ ...span, isClosed: true })]);
    expect([store.session.endKnownBy, store.revision]).toEqual(['goodbye', 3]);
  });

  it('that was seen after its last span ends with a beat, and not before its start', () => {
    const store = new MemoryStore();
    store.record([{ session: 's', receivedMs: NOW - 5 }]);
    expect(store.session).toMatchObject({ endMs: NOW, endKnownBy: 'beat' });
    store.record([sight({ id: 'a', page: '/a/', start: 0, end: 10, isClosed: true, isReplayed: false })]);
    store.record([{ session: 's', receivedMs: NOW + 5 }]);
    expect(store.session).toMatchObject({ endMs: NOW + 10, endKnownBy: 'goodbye' });
    store.record([{ session: 's', receivedMs: NOW + 15 }]);
    expect(store.session).toMatchObject({ endMs: NOW + 15, endKnownBy: 'beat', currentPage: '/a/' });
  });

  it('with a wrong clock says that its end was moved', () => {
    const store = new MemoryStore();
    const span = { id: 'a', page: '/a/', startMs: NOW - 9_000, endMs: NOW - 5_000, offsetMs: 0, isClosed: true };
    store.record([{ session: 's', receivedMs: NOW + 60_000, span }]);
    expect(store.session).toMatchObject({ endMs: NOW + 4_000, endKnownBy: 'bounded' });
  });

  it('keeps when the next beat is due, without a new revision', () => {
    const store = new MemoryStore();
    const one = sight({ id: 'a', page: '/a/', start: 0, end: 10, isClosed: false, isReplayed: false });
    store.record([one]);
    store.record([{ ...one, nextBeatMs: 15_000 }]);
    expect([store.session.nextBeatMs, store.revision]).toEqual([15_000, 2]);
  });
});

describe('the stretches', () => {
  it('are not loaded for reading that goes on', () => {
    const store = new MemoryStore();
    for (const start of [0, 20, 40])
      store.record([sight({ id: `${start}`, page: '/a/', start, end: start + 5, isClosed: false, isReplayed: false })]);
    const span = { id: '40', page: '/a/', startMs: NOW + 40, endMs: NOW + 50, offsetMs: 0 };
    const known = { spans: store.spans, stretches: { ranges: [], stretches: [] } };
    expect(recordSession(store.session, [{ session: 's', receivedMs: NOW + 60, span }], known)).not.toHaveProperty(
      'missing',
    );
    const before = { ...span, id: 'before', startMs: NOW + 1, endMs: NOW + 2 };
    const again = { ...before, id: 'again', startMs: NOW + 2, endMs: NOW + 30 };
    expect(
      recordSession(
        store.session,
        [before, again].map((one) => ({ session: 's', receivedMs: NOW + 60, span: one })),
        known,
      ),
    ).toEqual({ missing: [{ startMs: NOW + 1, endMs: NOW + 30 }] });
  });

  it('are all considered when a span fits no known clock, unless there are too many', () => {
    const place = (isCrowded: boolean): number => {
      const store = new MemoryStore();
      for (const start of [0, 20, 40])
        store.record([
          sight({ id: `${start}`, page: '/a/', start, end: start + 15, isClosed: false, isReplayed: false }),
        ]);
      const span = { id: 'lost', page: '/a/', startMs: NOW - 90_000, endMs: NOW - 90_000 + 5, offsetMs: 0 };
      store.record([{ session: 's', receivedMs: NOW + LATEST, span }], isCrowded);
      return (store.spans.get('lost')?.startMs ?? 0) - NOW;
    };
    expect(place(false)).toBe(15);
    expect(place(true)).toBe(0);
  });
});
