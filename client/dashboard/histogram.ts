// Groups reading times for a picture of them. Pure.
import type { BucketView } from '../../sw/protocol/owner-api.ts';

export interface HistogramBar {
  readonly name: string;
  readonly sessions: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** Steps in which people think of reading times. */
const BARS = [
  { belowMs: 30 * SECOND_MS, name: 'Under 30 s' },
  { belowMs: MINUTE_MS, name: '30 s to 1 min' },
  { belowMs: 2 * MINUTE_MS, name: '1 to 2 min' },
  { belowMs: 5 * MINUTE_MS, name: '2 to 5 min' },
  { belowMs: 10 * MINUTE_MS, name: '5 to 10 min' },
  { belowMs: 30 * MINUTE_MS, name: '10 to 30 min' },
  { belowMs: Infinity, name: 'Over 30 min' },
] as const;

/** A bucket counts where its middle lies, which is within 5 % of all its times. Empty bars at both ends are left out. */
export function toHistogram(buckets: readonly BucketView[]): readonly HistogramBar[] {
  const counts = BARS.map(() => 0);
  for (const { fromMs, toMs, sessions } of buckets) {
    const nth = BARS.findIndex(({ belowMs }) => (fromMs + toMs) / 2 < belowMs);
    counts[nth] = (counts[nth] ?? 0) + sessions;
  }
  const isFilled = (count: number): boolean => count > 0;
  const first = counts.findIndex(isFilled);
  if (first === -1) return [];
  const last = counts.findLastIndex(isFilled);
  return BARS.map(({ name }, nth) => ({ name, sessions: counts[nth] ?? 0 })).slice(first, last + 1);
}
