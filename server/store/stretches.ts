// The union of a session's spans as disjoint stretches, so that a span's cost doesn't depend on how many there are. The
// last stretch is in the session's own row: continued reading only moves its end. Pure.
import { joinIntervals, type Interval } from './reading-time.ts';

/** Adjacent stretches combined: first start, last end, and the milliseconds that they cover. */
export interface Stretches extends Interval {
  readonly coveredMs: number;
}

export interface StretchChange {
  /** Milliseconds that the span added to the union. */
  readonly addedMs: number;
  /** The session's new last stretch. */
  readonly last: Interval;
  /** The stretch to insert before the last one; it replaces those that were touched. */
  readonly put: Interval | undefined;
}

/** True if the span touches no stretch before the last one, so that none needs to be loaded. */
export function isAfterAll(span: Interval, last: Interval | undefined): boolean {
  return last === undefined || span.startMs >= last.startMs;
}

/**
 * Computes the changes that `span` causes.
 * @param last undefined before the first span.
 * @param touched the stretches before the last one that the span overlaps or touches; undefined: none.
 */
export function addSpan(span: Interval, last: Interval | undefined, touched: Stretches | undefined): StretchChange {
  if (!last) return { addedMs: lengthOf(span), last: span, put: undefined };
  const isOnLast = span.endMs >= last.startMs && span.startMs <= last.endMs;
  const joined = [span, ...(touched ? [touched] : []), ...(isOnLast ? [last] : [])];
  const merged = {
    startMs: Math.min(...joined.map(({ startMs }) => startMs)),
    endMs: Math.max(...joined.map(({ endMs }) => endMs)),
  };
  const addedMs = lengthOf(merged) - (touched?.coveredMs ?? 0) - (isOnLast ? lengthOf(last) : 0);
  if (isOnLast) return { addedMs, last: merged, put: undefined };
  return span.startMs > last.endMs ? { addedMs, last: merged, put: last } : { addedMs, last, put: merged };
}

/** The part of a session's stretches that was loaded: all that touch one of the ranges. */
export interface LoadedStretches {
  /** Disjoint, ordered by start. */
  readonly ranges: readonly Interval[];
  /** Ordered by start. */
  readonly stretches: readonly Interval[];
}

export const NO_STRETCHES: LoadedStretches = { ranges: [], stretches: [] };

/**
 * The stretches of a session before its last one, as far as they were loaded, and their changes. A question about
 * others is remembered as {@link missing}; its answer then means nothing.
 */
export class StretchList {
  readonly #ranges: readonly Interval[];
  readonly #stretches: Interval[];
  /** From here on there was no stretch. */
  readonly #lastStartMs: number;
  readonly #missing: Interval[] = [];
  readonly #removed = new Set<number>();
  readonly #added = new Map<number, Interval>();

  /** @param lastStartMs the start of the last stretch when the others were loaded. */
  constructor({ ranges, stretches }: LoadedStretches, lastStartMs: number) {
    this.#ranges = ranges;
    this.#stretches = [...stretches];
    this.#lastStartMs = lastStartMs;
  }

  /** What was asked for and isn't loaded: disjoint, and ordered by start. Includes all that is loaded. */
  get missing(): readonly Interval[] {
    return this.#missing.length > 0 ? joinIntervals([...this.#ranges, ...this.#missing]) : [];
  }

  /** All stretches that touch the range. */
  list(range: Interval): readonly Interval[] {
    this.#ask(range);
    const [from, to] = this.#indexesOf(range);
    return this.#stretches.slice(from, to);
  }

  /** The stretches that touch the range, as one; undefined if none does. */
  find(range: Interval): Stretches | undefined {
    this.#ask(range);
    const [from, to] = this.#indexesOf(range);
    const [first, last] = [this.#stretches[from], this.#stretches[to - 1]];
    if (from >= to || !first || !last) return undefined;
    let coveredMs = 0;
    for (let at = from; at < to; at++) coveredMs += lengthOf(this.#stretches[at] ?? first);
    return { startMs: first.startMs, endMs: last.endMs, coveredMs };
  }

  /** Removes the stretches that {@link find} returned. @returns their number. */
  remove(touched: Stretches): number {
    const [from, to] = this.#indexesOf(touched);
    for (const { startMs } of this.#stretches.splice(from, to - from))
      if (!this.#added.delete(startMs)) this.#removed.add(startMs);
    return to - from;
  }

  /** Adds a stretch that touches no other. */
  add(stretch: Interval): void {
    const [at] = this.#indexesOf(stretch);
    this.#stretches.splice(at, 0, stretch);
    this.#added.set(stretch.startMs, stretch);
  }

  changes(): { readonly removed: readonly number[]; readonly added: readonly Interval[] } {
    return { removed: [...this.#removed], added: [...this.#added.values()] };
  }

  #ask(range: Interval): void {
    const isKnown =
      range.startMs >= this.#lastStartMs ||
      this.#ranges.some(({ startMs, endMs }) => startMs <= range.startMs && endMs >= range.endMs);
    if (!isKnown) this.#missing.push(range);
  }

  /** From the first stretch that touches the range to the one after the last that does. */
  #indexesOf({ startMs, endMs }: Interval): readonly [number, number] {
    const from = firstIndex(this.#stretches, (stretch) => stretch.endMs >= startMs);
    const to = firstIndex(this.#stretches, (stretch) => stretch.startMs > endMs);
    return [from, to];
  }
}

/** The index of the first item for which `isReached` holds, which also holds for all after it; the length if none. */
function firstIndex<T>(items: readonly T[], isReached: (item: T) => boolean): number {
  let [from, to] = [0, items.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const item = items[middle];
    if (item === undefined || isReached(item)) to = middle;
    else from = middle + 1;
  }
  return from;
}

function lengthOf({ startMs, endMs }: Interval): number {
  return endMs - startMs;
}
