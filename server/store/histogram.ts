// Logarithmic histograms of reading times: counts by ratio, from which any share of them is known within 5 %. Adding and
// taking away are exact. Pure.

/** A bucket's upper end ÷ its lower end. Its middle is then within 5 % of everything in it. */
const RATIO = 1.1;
export const LOG_RATIO = Math.log(RATIO);

export interface Bucket {
  readonly bucket: number;
  /** Number of reading times in it. */
  readonly count: number;
}

/** @param ms at least 1. */
export function bucketOf(ms: number): number {
  return Math.floor(Math.log(ms) / LOG_RATIO);
}

/** The lower end of a bucket, in milliseconds. */
export function bucketStartMs(bucket: number): number {
  return RATIO ** bucket;
}

/**
 * The lower median, within 5 %: of n values in order, the one at place n/2, rounded up. Null: there are none.
 * @param buckets ordered by bucket.
 */
export function medianMs(buckets: readonly Bucket[]): number | null {
  const total = buckets.reduce((sum, { count }) => sum + count, 0);
  let passed = 0;
  for (const { bucket, count } of buckets) {
    passed += count;
    if (count > 0 && passed * 2 >= total) return Math.round(bucketStartMs(bucket + 0.5));
  }
  return null;
}
