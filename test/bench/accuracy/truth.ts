// What really happened in a scripted reading, as the script saw it. Pure: nothing here asks a browser or a server.

/** A moment that a command brought about: not before `earliestMs`, not after `latestMs`. Epoch milliseconds. */
export interface Moment {
  readonly earliestMs: number;
  readonly latestMs: number;
}

export interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

interface Sight {
  readonly page: string;
  readonly from: Moment;
  until?: Moment;
  /** When the reader did something. Appearing counts: nobody sees a page appear without having asked for it. */
  readonly inputs: number[];
}

export class Truth {
  readonly #idleAfterMs: number;
  readonly #sights = new Map<object, Sight[]>();

  constructor(idleAfterMs: number) {
    this.#idleAfterMs = idleAfterMs;
  }

  /** The tab can be seen from now on. */
  show(tab: object, page: string, at: Moment): void {
    const sights = this.#sights.get(tab) ?? [];
    sights.push({ page, from: at, inputs: [middle(at)] });
    this.#sights.set(tab, sights);
  }

  /** The tab can't be seen any more. */
  hide(tab: object, at: Moment): void {
    const sight = this.#sights.get(tab)?.at(-1);
    if (sight) sight.until ??= at;
  }

  input(tab: object, atMs: number): void {
    this.#sights.get(tab)?.at(-1)?.inputs.push(atMs);
  }

  /** When the page was surely or perhaps visible in some tab: all that a span may cover. */
  visible(): readonly Interval[] {
    return this.#all().map(({ from, until }) => ({
      startMs: from.earliestMs,
      endMs: until?.latestMs ?? Infinity,
    }));
  }

  /** When it was visible in some tab, with an input there not longer ago than the idle time. */
  active(): readonly (Interval & { readonly page: string })[] {
    return this.#all().flatMap(({ page, from, until, inputs }) =>
      inputs
        .map((atMs) => ({
          page,
          startMs: Math.max(atMs, middle(from)),
          endMs: Math.min(atMs + this.#idleAfterMs, until ? middle(until) : Infinity),
        }))
        .filter(({ startMs, endMs }) => endMs > startMs),
    );
  }

  #all(): readonly Sight[] {
    return [...this.#sights.values()].flat();
  }
}

/** Milliseconds covered by at least one of the intervals: by brute force over their edges, not as the server does it. */
export function measure(intervals: readonly Interval[]): number {
  const edges = [...new Set(intervals.flatMap(({ startMs, endMs }) => [startMs, endMs]))].toSorted((a, b) => a - b);
  return edges.reduce((sum, edge, nth) => {
    const next = edges[nth + 1] ?? edge;
    const isCovered = intervals.some(({ startMs, endMs }) => startMs <= edge && next <= endMs);
    return sum + (isCovered ? next - edge : 0);
  }, 0);
}

/** Milliseconds of `interval` that none of the others covers. */
export function uncovered({ startMs, endMs }: Interval, others: readonly Interval[]): number {
  const within = others.map((other) => ({
    startMs: Math.max(startMs, other.startMs),
    endMs: Math.min(endMs, other.endMs),
  }));
  return endMs - startMs - measure(within);
}

function middle({ earliestMs, latestMs }: Moment): number {
  return (earliestMs + latestMs) / 2;
}
