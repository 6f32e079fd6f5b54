// What is always true of reading, whatever a page lives through: page-lifecycle.ts and reading.ts against an oracle that sees
// each stretch of time and asks whether a person was reading then.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReadingEvent } from '../../../client/reading.ts';
import { ClockedPage } from '../../helpers/clocked-page.ts';
import { coveredMs } from '../../helpers/covered-ms.ts';
import { anyLife, live } from '../../helpers/life-model.ts';

const RUNS = { numRuns: 2_000 };

interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

const intervals = ({ spans }: ClockedPage, page?: string): Interval[] =>
  [...spans.values()]
    .filter((span) => page === undefined || span.page === page)
    .map(({ start, end }) => ({ startMs: start, endMs: end }));
const total = (all: readonly Interval[]): number => all.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);

describe('whatever a page lives through', () => {
  it('no two of its spans overlap', () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        const spans = intervals(live(life).page);
        expect(coveredMs(spans)).toBe(total(spans));
      }),
      RUNS,
    );
  });

  it('no span lies where it was hidden, frozen, in the cache, prerendering, asleep or idle', () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        const { page, seen } = live(life);
        expect(coveredMs([...seen, ...intervals(page)])).toBe(coveredMs(seen));
      }),
      RUNS,
    );
  });

  it('all that the oracle saw is read, page by page, but for the last tick before a sleep', () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        const { page, seen, lostMs } = live(life);
        for (const path of ['/a/', '/b/']) {
          const truth = coveredMs(seen.filter((stretch) => stretch.page === path));
          const read = coveredMs(intervals(page, path));
          expect(read).toBeLessThanOrEqual(truth);
          expect(read).toBeGreaterThanOrEqual(truth - lostMs);
        }
      }),
      RUNS,
    );
  });
});

describe('any events in any order, on clocks with fractions that may be set', () => {
  const events = fc.constantFrom<ReadingEvent>(
    'shown',
    'hidden',
    'left',
    'restored',
    'frozen',
    'moved',
    'active',
    'tick',
    'stopped',
  );
  const upTo = (max: number, min = 0): fc.Arbitrary<number> =>
    fc.integer({ min: min * 1_000, max: max * 1_000 }).map((thousandths) => thousandths / 1_000);
  const moment = fc.record({
    event: events,
    ms: fc.oneof(upTo(3), upTo(400_000)),
    jitter: upTo(20, -20),
    place: fc.record({ page: fc.constantFrom('/a/', '/b/'), session: fc.constantFrom('ann', 'bob', undefined) }),
  });

  it('spans of a tab follow each other', () => {
    fc.assert(
      fc.property(fc.array(moment), (moments) => {
        const page = new ClockedPage();
        for (const { event, ms, jitter, place } of moments) {
          // The wall clock tells whole milliseconds, and is not read in the same instant.
          page.pass(Math.floor(ms), Math.max(0, ms + jitter));
          page.place = place;
          page.happen(event);
        }
        const [...spans] = page.spans.values();
        for (const [nth, { start }] of spans.entries()) expect(start).toBeGreaterThanOrEqual(spans[nth - 1]?.end ?? 0);
      }),
    );
  });

  it('never counts more than the time shown, and spans only grow', () => {
    const clockSet = fc.oneof(
      { weight: 5, arbitrary: fc.constant(0) },
      fc.integer({ min: -9_000_000, max: 9_000_000 }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(moment, clockSet)), (moments) => {
        const page = new ClockedPage();
        let isShown = false;
        let shownMs = 0;
        const lengths = new Map<string, number>();
        for (const [{ event, ms, place }, set] of moments) {
          page.pass(Math.floor(ms) + set, ms);
          if (isShown) shownMs += ms;
          page.place = place;
          page.happen(event);
          if (event === 'shown' || event === 'restored') isShown = true;
          if (['hidden', 'left', 'frozen', 'stopped'].includes(event)) isShown = false;
          for (const { id, start, end } of page.spans.values()) {
            expect(end - start).toBeGreaterThanOrEqual(lengths.get(id) ?? 0);
            lengths.set(id, end - start);
          }
        }
        expect(total(intervals(page))).toBeLessThanOrEqual(shownMs + page.spans.size);
      }),
    );
  });
});
