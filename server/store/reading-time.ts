// Reading time: the measure of the union of spans, so that two tabs don't count twice. Pure.

export interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

/** Milliseconds covered by at least one interval. The intervals may overlap and be in any order. */
export function unionMs(intervals: readonly Interval[]): number {
  let total = 0;
  let covered = -Infinity;
  for (const { startMs, endMs } of intervals.toSorted((a, b) => a.startMs - b.startMs)) {
    total += Math.max(0, endMs - Math.max(startMs, covered));
    covered = Math.max(covered, endMs);
  }
  return total;
}
