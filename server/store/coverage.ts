// The union of intervals that come piece by piece and in any order, so that no step takes long. Pure.
import { joinIntervals, type Interval } from './reading-time.ts';

export class Coverage {
  /** Disjoint, ordered by start. */
  #intervals: readonly Interval[] = [];

  /** The milliseconds that are covered. */
  get coveredMs(): number {
    return this.#intervals.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  }

  /** Takes time in proportion to what there is: sorting is fast where most is in order. */
  add(intervals: readonly Interval[]): void {
    this.#intervals = joinIntervals([...this.#intervals, ...intervals]);
  }
}
