// Medians from counts by ratio.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { bucketOf, bucketStartMs, medianMs } from '../../../../server/store/histogram.ts';

const YEAR_MS = 366 * 86_400_000;

function toBuckets(times: readonly number[]) {
  return [...Map.groupBy(times, bucketOf)]
    .map(([bucket, { length: count }]) => ({ bucket, count }))
    .toSorted((one, other) => one.bucket - other.bucket);
}

it('the median is within 5 % of the exact lower one, or half a millisecond', () => {
  const time = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: YEAR_MS }));
  fc.assert(
    fc.property(fc.array(time, { minLength: 1, maxLength: 30 }), (times) => {
      const exact = times.toSorted((one, other) => one - other)[Math.ceil(times.length / 2) - 1] ?? 0;
      expect(Math.abs((medianMs(toBuckets(times)) ?? 0) - exact)).toBeLessThanOrEqual(0.05 * exact + 0.5);
    }),
  );
});

it('a bucket contains what it says', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: YEAR_MS }), (time) => {
      const bucket = bucketOf(time);
      // Borders are no whole numbers, but for the first.
      expect(bucketStartMs(bucket)).toBeLessThanOrEqual(time * (1 + 1e-9));
      expect(bucketStartMs(bucket + 1)).toBeGreaterThan(time * (1 - 1e-9));
    }),
  );
});

it('there is none of nothing, and empty buckets change nothing', () => {
  expect(medianMs([])).toBeNull();
  expect(medianMs([{ bucket: 7, count: 0 }])).toBeNull();
  expect(medianMs([{ bucket: 7, count: 0 }, ...toBuckets([5_000])])).toBe(medianMs(toBuckets([5_000])));
});
