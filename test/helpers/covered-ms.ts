// How long at least one of some intervals lasts: the measure of the tests, which shares nothing with the product's own.

/** Milliseconds, counted from border to border: a stretch counts if any of the intervals lies over it. */
export function coveredMs(intervals: readonly { readonly startMs: number; readonly endMs: number }[]): number {
  const borders = [...new Set(intervals.flatMap(({ startMs, endMs }) => [startMs, endMs]))].toSorted((a, b) => a - b);
  let covered = 0;
  for (const [nth, from] of borders.entries()) {
    const to = borders[nth + 1] ?? from;
    if (intervals.some(({ startMs, endMs }) => startMs <= from && endMs >= to)) covered += to - from;
  }
  return covered;
}
