// The union of intervals that come piece by piece and in any order, so that no step takes long. Pure.
import type { Interval } from './reading-time.ts';

export class Coverage {
  /** Disjoint, ordered by start. */
  #intervals: readonly Interval[] = [];

  /** The milliseconds that are covered. */
  get coveredMs(): number {
    return this.#intervals.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0);
  }

  /** Takes time in proportion to what there is. */
  add(intervals: readonly Interval[]): void {
    const added = intervals.toSorted((one, other) => one.startMs - other.startMs);
    const joined: { startMs: number; endMs: number }[] = [];
    let [at, nth] = [0, 0];
    for (;;) {
      const [one, other] = [this.#intervals[at], added[nth]];
      const next = one && (!other || one.startMs <= other.startMs) ? one : other;
      if (!next) break;
      if (next === one) at++;
      else nth++;
      const last = joined.at(-1);
      if (last && next.startMs <= last.endMs) last.endMs = Math.max(last.endMs, next.endMs);
      else joined.push({ startMs: next.startMs, endMs: next.endMs });
    }
    this.#intervals = joined;
  }
}
