// The union kept as stretches, span by span, against counting every millisecond.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Interval } from '../../../../server/store/reading-time.ts';
import { addSpan, isAfterAll } from '../../../../server/store/stretches.ts';

const span = fc
  .tuple(fc.nat(120), fc.nat(15))
  .map(([startMs, length]): Interval => ({ startMs, endMs: startMs + length }));

/** As a store keeps them: the last stretch apart from the others. */
function keepAll(spans: readonly Interval[]): { stretches: readonly Interval[]; readingMs: number } {
  let others: readonly Interval[] = [];
  let last: Interval | undefined;
  let readingMs = 0;
  for (const one of spans) {
    const isTouched = ({ startMs, endMs }: Interval): boolean => startMs <= one.endMs && endMs >= one.startMs;
    const touched = isAfterAll(one, last) ? [] : others.filter(isTouched);
    const change = addSpan(
      one,
      last,
      touched.length === 0
        ? undefined
        : {
            startMs: Math.min(...touched.map(({ startMs }) => startMs)),
            endMs: Math.max(...touched.map(({ endMs }) => endMs)),
            coveredMs: touched.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0),
          },
    );
    others = [...others.filter((stretch) => !touched.includes(stretch)), ...(change.put ? [change.put] : [])];
    last = change.last;
    readingMs += change.addedMs;
  }
  return { stretches: [...others, ...(last ? [last] : [])].toSorted((a, b) => a.startMs - b.startMs), readingMs };
}

it('adds up to every millisecond that any span covers, in any order', () => {
  fc.assert(
    fc.property(fc.array(span, { maxLength: 30 }), (spans) => {
      const covered = new Set<number>();
      for (const { startMs, endMs } of spans) for (let ms = startMs; ms < endMs; ms++) covered.add(ms);
      expect(keepAll(spans).readingMs).toBe(covered.size);
    }),
  );
});

it('keeps stretches that neither overlap nor touch, so there are never more than spans', () => {
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 30 }), (spans) => {
      const { stretches } = keepAll(spans);
      for (const [nth, { startMs }] of stretches.entries())
        if (nth > 0) expect(startMs).toBeGreaterThan(stretches[nth - 1]?.endMs ?? Infinity);
      expect(Math.max(...stretches.map(({ endMs }) => endMs))).toBe(Math.max(...spans.map(({ endMs }) => endMs)));
    }),
  );
});

it('needs no lookup for continued reading', () => {
  const last = { startMs: 100, endMs: 200 };
  expect(isAfterAll({ startMs: 200, endMs: 250 }, last)).toBe(true);
  expect(isAfterAll({ startMs: 900, endMs: 950 }, last)).toBe(true);
  expect(isAfterAll({ startMs: 50, endMs: 250 }, last)).toBe(false);
});
