// What a long run is given, and what it says.

export interface LongRunOptions {
  readonly kills: number;
  /** Whole numbers from 0 to below `below`, the same ones for a seed. */
  readonly random: (below: number) => number;
  /** Prints a line of progress. */
  readonly say: (text: string) => void;
}

export interface Outcome {
  readonly text: string;
  /** Something that it needs is not installed. */
  readonly isSkipped?: boolean;
}

/** Rejects when something is not as it must be. */
export type LongRun = (options: LongRunOptions) => Promise<Outcome>;

/** How long recoveries took, like `p50 1.2 s, longest 3.4 s`. */
export function describeTimes(timesMs: readonly number[]): string {
  const sorted = timesMs.toSorted((one, other) => one - other);
  const seconds = (ms = Number.NaN): string => `${(ms / 1_000).toFixed(1)} s`;
  return `p50 ${seconds(sorted[Math.floor((sorted.length - 1) / 2)])}, longest ${seconds(sorted.at(-1))}`;
}
