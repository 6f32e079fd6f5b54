// The Mann–Whitney U test: whether values of two samples come from one distribution, whatever its shape. It looks at their order only, so
// a few requests that the machine delayed don't matter.

/**
 * The statistic in standard deviations, for samples of more than about twenty values: positive where those of `one` are larger. If there is no
 * difference, it is normally distributed.
 */
export function standardizedU(one: readonly number[], other: readonly number[]): number {
  const [n, m] = [one.length, other.length];
  const ranks = rankSums([
    ...one.map((value) => [value, true] as const),
    ...other.map((value) => [value, false] as const),
  ]);
  const u = ranks - (n * (n + 1)) / 2;
  return (u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}

/** Of those that are marked. Equal values share the mean of their ranks. */
function rankSums(values: readonly (readonly [value: number, isMarked: boolean])[]): number {
  const sorted = values.toSorted(([a], [b]) => a - b);
  let sum = 0;
  for (let first = 0, after = 0; first < sorted.length; first = after) {
    after = first;
    while (after < sorted.length && sorted[after]?.[0] === sorted[first]?.[0]) after++;
    const marked = sorted.slice(first, after).filter(([, isMarked]) => isMarked).length;
    sum += (marked * (first + 1 + after)) / 2;
  }
  return sum;
}
