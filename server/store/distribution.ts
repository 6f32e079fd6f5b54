// What is shown of a histogram: its median and its parts. Pure.
import { bucketStartMs, medianMs, type Bucket } from './histogram.ts';
import type { Distribution } from './totals.ts';

/** @param buckets ordered by bucket. */
export function toDistribution(buckets: readonly Bucket[]): Distribution {
  const filled = buckets.filter(({ count }) => count > 0);
  return {
    medianMs: medianMs(filled),
    buckets: filled.map(({ bucket, count }) => ({
      startMs: bucketStartMs(bucket),
      endMs: bucketStartMs(bucket + 1),
      sessions: count,
    })),
  };
}
