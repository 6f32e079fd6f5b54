// How true the end is that is recorded for one exit. Pure.
import { TICK_MS } from './site.ts';

/** `ticked`: the end is that of the last tick. `lost`: less than that. `beyond`: later than the truth, which must not be. */
export type Verdict = 'exact' | 'ticked' | 'lost' | 'beyond';

/** When the page can have ceased to be seen: not before, not after. Epoch milliseconds. */
export interface Moment {
  readonly earliestMs: number;
  readonly latestMs: number;
}

const EXACT_MS = 1_000;

/** How far the end is off, in milliseconds: negative if it is too early. */
export function offBy(endMs: number, { earliestMs, latestMs }: Moment): number {
  if (endMs < earliestMs) return endMs - earliestMs;
  return Math.max(0, endMs - latestMs);
}

export function judge(offMs: number): Verdict {
  if (offMs > EXACT_MS) return 'beyond';
  if (offMs >= -EXACT_MS) return 'exact';
  return offMs >= -TICK_MS - EXACT_MS ? 'ticked' : 'lost';
}
