// A session is the union of its spans, however they arrive, against counting each millisecond.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LATEST, NOW, RecordedSession, sight, type Seen } from '../../../helpers/recorded-session.ts';

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

/** The times at which at least one span was being read, counted one by one. */
function readMs(spans: readonly Seen[]): readonly number[] {
  const times = Array.from({ length: LATEST }, (_, ms) => ms);
  return times.filter((ms) => spans.some(({ start, end }) => start <= ms && ms < end));
}

describe('a session', () => {
  it('is the union of its spans, whatever the order, the batches and the repetitions', () => {
    fc.assert(
      fc.property(fc.array(fc.array(seen, { maxLength: 6 }), { maxLength: 12 }), (batches) => {
        const store = new RecordedSession();
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
        for (const { startMs, endMs } of store.union())
          expect(startMs >= NOW && startMs <= endMs && endMs <= NOW + LATEST).toBe(true);
        for (const [nth, { startMs }] of store.union().entries())
          if (nth > 0) expect(startMs).toBeGreaterThan(store.union()[nth - 1]?.endMs ?? 0);
      }),
      { numRuns: 500 },
    );
  });

  it('ends with the span that ends last, and says how that is known', () => {
    fc.assert(
      fc.property(fc.array(seen, { minLength: 1, maxLength: 12 }), fc.nat(4), (all, size) => {
        const store = new RecordedSession();
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
        const store = new RecordedSession();
        store.record(all.map(sight));
        const before = [store.session, [...store.spans], [...store.stretches], store.revision];
        store.record(all.map(sight));
        expect([store.session, [...store.spans], [...store.stretches], store.revision]).toEqual(before);
      }),
    );
  });
});
