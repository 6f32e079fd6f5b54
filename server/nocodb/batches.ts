// Which of the waiting sessions are written now: full batches at once, the rest when its oldest change has waited long
// enough. So a busy hour costs hardly more requests than it has tens of changes. Pure, but for what it remembers.

/** Remembers since when each session has been seen waiting. */
export class WaitingTimes {
  #since: ReadonlyMap<string, number> = new Map();

  /** Whatever is not among the ids waits no longer. Answers since when each has waited. */
  see(ids: readonly string[], now: number): ReadonlyMap<string, number> {
    this.#since = new Map(ids.map((id) => [id, this.#since.get(id) ?? now]));
    return this.#since;
  }

  /** Written: if it waits again, then from then on. */
  forget(ids: readonly string[]): void {
    const since = new Map(this.#since);
    for (const id of ids) since.delete(id);
    this.#since = since;
  }
}

/**
 * Batches of at most `size`, those that have waited longest first. All are full but the last one, which is there only if
 * one of it has waited since `dueSince` or longer.
 * @param since when `item` began to wait.
 */
export function takeBatch<T>(
  items: readonly T[],
  size: number,
  since: (item: T) => number,
  dueSince: number,
): readonly (readonly T[])[] {
  const ordered = items.toSorted((a, b) => since(a) - since(b));
  const batches = chunk(ordered, size);
  const last = batches.at(-1);
  const isDue = last?.length === size || last?.some((item) => since(item) <= dueSince);
  return isDue ? batches : batches.slice(0, -1);
}

/** Batches of items that may each be only in a batch of a certain size or less, the smallest first. */
export function batchesBySize<T>(items: readonly T[], sizeOf: (item: T) => number): readonly (readonly T[])[] {
  const bySize = Map.groupBy(items, (item) => Math.max(1, sizeOf(item)));
  return [...bySize].toSorted(([a], [b]) => a - b).flatMap(([size, some]) => chunk(some, size));
}

export function chunk<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, nth) => items.slice(nth * size, (nth + 1) * size));
}
