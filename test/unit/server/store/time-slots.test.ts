// Quarters of an hour.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cutAtSlots, SLOT_MS, slotOf } from '../../../../server/store/time-slots.ts';

const MINUTE = 60_000;

function cut(startMs: number, endMs: number): readonly (readonly [number, number])[] {
  const parts: [number, number][] = [];
  cutAtSlots({ startMs, endMs }, (slot, ms) => parts.push([slot, ms]));
  return parts;
}

it('one begins each quarter of an hour, from the epoch on', () => {
  expect([0, 15 * MINUTE - 1, 15 * MINUTE, 3 * 60 * MINUTE].map(slotOf)).toEqual([0, 0, 1, 12]);
});

it('an interval is cut where they begin, and an empty one has no parts', () => {
  expect(cut(5 * MINUTE, 35 * MINUTE)).toEqual([
    [0, 10 * MINUTE],
    [1, 15 * MINUTE],
    [2, 5 * MINUTE],
  ]);
  expect(cut(15 * MINUTE, 30 * MINUTE)).toEqual([[1, 15 * MINUTE]]);
  expect(cut(5 * MINUTE, 5 * MINUTE)).toEqual([]);
});

it('the parts add up to the interval, and each is as long as what lies in its quarter', () => {
  fc.assert(
    fc.property(fc.nat(10 * SLOT_MS), fc.nat(5 * SLOT_MS), (startMs, length) => {
      const parts = cut(startMs, startMs + length);
      expect(parts.reduce((sum, [, ms]) => sum + ms, 0)).toBe(length);
      for (const [slot, ms] of parts) {
        const from = Math.max(startMs, slot * 15 * MINUTE);
        const to = Math.min(startMs + length, (slot + 1) * 15 * MINUTE);
        expect(ms).toBe(to - from);
      }
    }),
    { numRuns: 50 },
  );
});
