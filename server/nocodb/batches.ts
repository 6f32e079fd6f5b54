// Chooses the sessions to write now: full batches at once, and the rest when its oldest change has waited long enough.
// So a busy hour needs hardly more than one request per ten changes. Pure, except for the remembered times.
import { chunk } from '../store/chunk.ts';

/** Remembers since when each session has been waiting. */
export class WaitingTimes {
  #since: ReadonlyMap<string, number> = new Map();

  /** Forgets sessions that are not in `ids`. Returns since when each session has been waiting. */
  see(ids: readonly string[], now: number): ReadonlyMap<string, number> {
    this.#since = new Map(ids.map((id) => [id, this.#since.get(id) ?? now]));
    return this.#since;
  }

  /** Forgets written sessions. If they change again, their time starts over. */
  forget(ids: readonly string[]): void {
    const since = new Map(this.#since);
    for (const id of ids) since.delete(id);
    this.#since = since;
  }
}

/**
 * Batches of at most `size`, longest waiting first. All are full except the last, which is included only if one of its
 * items has waited since `dueSince` or longer.
 * @param since when `item` started to wait.
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

/** Groups items by their maximum batch size into batches, smallest first. */
export function batchesBySize<T>(items: readonly T[], sizeOf: (item: T) => number): readonly (readonly T[])[] {
  const bySize = Map.groupBy(items, (item) => Math.max(1, sizeOf(item)));
  return [...bySize].toSorted(([a], [b]) => a - b).flatMap(([size, some]) => chunk(some, size));
}
