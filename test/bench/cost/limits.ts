// What was measured of one tick with one reader, and whether it is within the limits. Pure.
import type { Meter } from './meter.ts';
import type { Tick } from './reading-tab.ts';
import type { TracedTime } from './trace.ts';

/** `calm`: holds still but for a move in 10 s. `restless`: the pointer never rests. */
export type Temper = 'calm' | 'restless';

export interface Cost {
  readonly tick: Tick;
  readonly temper: Temper;
  readonly minutes: number;
  /** The first seconds of the page, traced. */
  readonly start: TracedTime;
  /** Minutes of reading, traced. */
  readonly traced: TracedTime;
  /** As many minutes again, without the tracing that would itself cost time, wake-ups and bytes. */
  readonly reading: Meter;
}

const MINUTE_MS = 60_000;
const MAX_SHARE = 0.0005;
const MAX_TASK_MS = 5;
export const MAX_HEAP_BYTES = 200_000;

/** The limits that were missed, in words. */
export function missedBy(cost: Cost): readonly string[] {
  const longestMs = Math.max(cost.traced.longestTaskMs, cost.start.longestTaskMs);
  const layouts = cost.traced.forcedLayouts + cost.start.forcedLayouts;
  const found = [
    scriptShare(cost) > MAX_SHARE && `${percent(scriptShare(cost))} of the main thread`,
    longestMs > MAX_TASK_MS && `a task of ${longestMs.toFixed(1)} ms`,
    layouts > 0 && `${layouts} forced layouts`,
  ];
  return found.flatMap((what) => (what ? [`${nameOf(cost)}: ${what}`] : []));
}

/** The part of the main thread's time in which our script ran. */
export function scriptShare({ traced, minutes }: Cost): number {
  return traced.scriptMs / (minutes * MINUTE_MS);
}

/** The cells of a row; those of the head are {@link COLUMNS}. */
export function cellsOf(cost: Cost): readonly string[] {
  const { start, traced, reading, minutes } = cost;
  return [
    nameOf(cost),
    `${(traced.scriptMs / minutes).toFixed(1)} ms`,
    percent(scriptShare(cost)),
    `${(reading.mainThreadMs / minutes).toFixed(1)} ms`,
    `${traced.longestTaskMs.toFixed(1)} ms`,
    `${start.longestTaskMs.toFixed(1)} ms`,
    String(traced.forcedLayouts + start.forcedLayouts),
    (traced.timers / minutes).toFixed(0),
    (reading.wakeUps / minutes).toFixed(0),
    kilobytes((reading.diskBytes / minutes) * 60),
  ];
}

export const COLUMNS: readonly string[] = [
  'reader, tick',
  'script a minute',
  'of the main thread',
  'all of the main thread',
  'longest task of script',
  'the same at the start',
  'forced layouts',
  'timers a minute',
  'wake-ups a minute',
  'to disk an hour',
];

export function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(0)} kB`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)} %`;
}

function nameOf({ tick, temper }: Cost): string {
  return `${temper}, ${tick ? `${tick / 1_000} s` : 'without us'}`;
}
