// Runs random schedules in an engine's real browsers; says of each that ends in a wrong record how to play it again.
import { GOODBYE_MS } from './allowances.ts';
import { runSchedules, type Engine } from './run-schedules.ts';
import type { Exit } from './truth.ts';
import type { Played } from './play-schedule.ts';
import type { Schedule } from './schedule.ts';

/** Of one kind of exit: how many ends there were. */
export interface ExitCount {
  count: number;
  /** Of those: with the long tick, by which a lost last word can be told from one that is there. */
  longTick: number;
  /** Of those: an earlier tick is all there is. */
  tickOnly: number;
  mostMs: number;
}

export interface Ran {
  readonly failures: readonly string[];
  schedules: number;
  heartbeats: number;
  /** Of the heartbeats: met a fault. */
  faults: number;
  /** Stretches that were too short to leave a trace. */
  traceless: number;
  readonly exits: Map<Exit, ExitCount>;
}

export interface Check {
  readonly engine: Engine;
  readonly schedules: number;
  readonly seed: number;
  readonly jobs: number;
  readonly onProgress?: (ran: Ran) => void;
  readonly onFailure?: (report: string) => void;
}

export async function checkInBrowsers({ onProgress, onFailure, ...run }: Check): Promise<Ran> {
  const failures: string[] = [];
  const ran: Ran = { failures, schedules: 0, heartbeats: 0, faults: 0, traceless: 0, exits: new Map() };
  const fail = (what: string): void => {
    failures.push(what);
    onFailure?.(what);
  };
  await runSchedules({
    ...run,
    onPlayed: (seed, schedule, played) => {
      ran.schedules++;
      ran.heartbeats += played.heartbeats.length;
      ran.faults += played.heartbeats.filter(({ fault }) => fault !== 'none').length;
      ran.traceless += played.traceless;
      for (const { exit, ms } of played.ends) {
        const sum = ran.exits.get(exit) ?? { count: 0, longTick: 0, tickOnly: 0, mostMs: 0 };
        ran.exits.set(exit, sum);
        sum.count++;
        if (schedule.tickMs > GOODBYE_MS) {
          sum.longTick++;
          if (ms > GOODBYE_MS) sum.tickOnly++;
        }
        sum.mostMs = Math.max(sum.mostMs, ms);
      }
      if (played.wrong.length > 0) fail(report(run.engine, seed, schedule, played));
      onProgress?.(ran);
    },
    onBrokenOff: (seed, error, isFinal) => {
      const what = String((error as Error).stack ?? error);
      if (isFinal) fail(`--engine ${run.engine} --seed ${seed} could not be played: ${what}`);
      else console.warn(`seed ${seed} broke off, once more: ${what}`);
    },
  });
  return ran;
}

function report(engine: Engine, seed: number, { tickMs, clock, ending }: Schedule, played: Played): string {
  const { wrong, story, heartbeats } = played;
  const first = heartbeats[0]?.atMs ?? 0;
  return [
    `Wrong; again with: --engine ${engine} --seed ${seed} --schedules 1 --jobs 1`,
    JSON.stringify({ tickMs, clock, ending }),
    ...story.map((line) => `  ${line}`),
    'Heartbeats, in seconds after the first one:',
    ...heartbeats.map(({ atMs, fault, statuses, answeredMs, spans }) => {
      const what = spans.map(
        ({ id, session, page, start, end }) =>
          `${id.slice(0, 6)} ${session.slice(0, 6)} ${page} ${((end - start) / 1000).toFixed(2)} s`,
      );
      const arrived = answeredMs.map((ms) => ((ms - first) / 1000).toFixed(2)).join(', ') || 'never';
      return `  ${((atMs - first) / 1000).toFixed(2)} ${fault} → stored ${arrived}; told ${statuses.join(', ') || 'nothing'}: ${what.join('; ')}`;
    }),
    ...wrong.map((one) => `WRONG: ${one}`),
  ].join('\n');
}
