// Runs many random schedules; the first that ends in a wrong record is shrunk to its shortest form and told with its seed.
import { join } from 'node:path';
import fc from 'fast-check';
import { runSchedule } from './run-schedule.ts';
import { schedule, type Schedule } from './schedule.ts';
import { buildScripts } from './scripts.ts';
import { ServerProcess } from './server-process.ts';
import { countImmediates } from './world-clock.ts';

/** Each part has its own seed, so that a path stays short and a long run can say how far it is. */
const PART = 100;

export interface Run {
  /** Where the server's store may be. */
  readonly folder: string;
  readonly schedules: number;
  readonly seed: number;
  /** Of a counterexample: only that one is run. */
  readonly path?: string | undefined;
  readonly onProgress?: (done: number) => void;
}

export interface Ran {
  readonly schedules: number;
  readonly requests: number;
  readonly spans: number;
}

/** @throws when a schedule loses, doubles or falsifies anything; the message has its seed, its shortest form and what is wrong. */
export async function checkSchedules({ folder, schedules, seed, path, onProgress }: Run): Promise<Ran> {
  const scripts = await buildScripts();
  const server = await ServerProcess.start(join(folder, 'faults.db'));
  const stopCounting = countImmediates();
  const sum = { schedules: 0, requests: 0, spans: 0 };
  const property = fc.asyncProperty(schedule, async (one) => {
    const { requests, spans } = await runSchedule(scripts, server, one);
    sum.requests += requests;
    sum.spans += spans;
  });
  try {
    for (let part = seed; sum.schedules < schedules; part++) {
      const numRuns = Math.min(PART, schedules - sum.schedules);
      const details = await fc.check(property, { seed: part, numRuns, ...(path && { path, endOnFailure: true }) });
      if (details.failed) throw new Error(report(part, sum.schedules, details));
      sum.schedules += numRuns;
      onProgress?.(sum.schedules);
      if (path) break;
    }
    return sum;
  } finally {
    stopCounting();
    await server.restart();
    await server.store.close();
  }
}

function report(seed: number, done: number, details: fc.RunDetails<[Schedule]>): string {
  const [found] = details.counterexample ?? [];
  const { steps = [], ...kind } = found ?? {};
  return [
    `Schedule ${done + details.numRuns} failed; again with: --seed ${seed} --path ${details.counterexamplePath}`,
    `Its shortest form (after ${details.numShrinks} cuts), ${JSON.stringify(kind)}:`,
    ...steps.map((step) => `  ${JSON.stringify(step)}`),
    (details.errorInstance as Error | null)?.message ?? 'It was broken off',
  ].join('\n');
}
