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

/** The union of intervals, ordered by start: neither overlapping nor touching. */
export function joinIntervals(intervals: readonly Interval[]): readonly Interval[] {
  const joined: { startMs: number; endMs: number }[] = [];
  for (const { startMs, endMs } of intervals.toSorted((one, other) => one.startMs - other.startMs)) {
    const last = joined.at(-1);
    if (last && startMs <= last.endMs) last.endMs = Math.max(last.endMs, endMs);
    else joined.push({ startMs, endMs });
  }
  return joined;
}
