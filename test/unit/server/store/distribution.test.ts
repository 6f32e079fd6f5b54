// What is shown of a histogram.
import { expect, it } from 'vitest';
import { toDistribution } from '../../../../server/store/distribution.ts';
import { bucketOf } from '../../../../server/store/histogram.ts';

it('it has the median and each bucket with something in it, from where to where', () => {
  const bucket = bucketOf(60_000);
  const { medianMs, buckets } = toDistribution([
    { bucket: 3, count: 0 },
    { bucket, count: 2 },
    { bucket: bucket + 4, count: 1 },
  ]);
  expect(medianMs).toBeGreaterThan(57_000);
  expect(medianMs).toBeLessThan(63_000);
  expect(buckets.map(({ sessions }) => sessions)).toEqual([2, 1]);
  for (const { startMs, endMs } of buckets) expect(endMs / startMs).toBeCloseTo(1.1, 9);
  expect(buckets[0]?.startMs).toBeLessThanOrEqual(60_000);
  expect(buckets[0]?.endMs).toBeGreaterThan(60_000);
  expect((buckets[1]?.startMs ?? 0) / (buckets[0]?.startMs ?? 1)).toBeCloseTo(1.1 ** 4, 9);
});

it('of nothing there is no median and no bucket', () => {
  expect(toDistribution([{ bucket: 3, count: 0 }])).toEqual({ medianMs: null, buckets: [] });
});
