// Reading time: the measure of the union of spans. Pure. Two tabs don't count twice.

export interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

/** Milliseconds that at least one of the intervals covers, in any order, overlapping as they may. */
export function unionMs(intervals: readonly Interval[]): number {
  let total = 0;
  let covered = -Infinity;
  for (const { startMs, endMs } of intervals.toSorted((a, b) => a.startMs - b.startMs)) {
    total += Math.max(0, endMs - Math.max(startMs, covered));
    covered = Math.max(covered, endMs);
  }
  return total;
}
