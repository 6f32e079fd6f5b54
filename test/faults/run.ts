// `npm run test:faults -- [--engine none|chromium|firefox|webkit] [--schedules N] [--seed S]`: long runs of fault schedules,
// with progress. Without browsers `--path`, from a failure's report, plays its smallest form again; in real ones `--jobs` says
// how many run at once, and `--seed S --schedules 1` plays one again.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfStale } from '../../server/commands/build.ts';
import { checkInBrowsers, type Ran } from './browsers/check-in-browsers.ts';
import { ENGINES, type Engine } from './browsers/run-schedules.ts';
import { checkSchedules } from './check-schedules.ts';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'none' },
    schedules: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    path: { type: 'string' },
    jobs: { type: 'string', default: '2' },
  },
});
const began = performance.now();
const { engine } = values;
const isRight = engine === 'none' ? await runWithoutBrowsers() : await runInBrowsers(asEngine(engine));
process.exitCode = isRight ? 0 : 1;

function asEngine(name: string): Engine {
  if (Object.hasOwn(ENGINES, name)) return name as Engine;
  throw new Error(`--engine ${name}: use none, ${Object.keys(ENGINES).join(', ')}`);
}

async function runWithoutBrowsers(): Promise<boolean> {
  const { seed, path, schedules: wanted = '2000' } = values;
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-faults-'));
  const onProgress = (done: number): void => {
    if (done % 1_000 === 0) console.log(`${done} of ${wanted} schedules, nothing lost (${perMinute(done)} a minute)`);
  };
  try {
    const run = { folder, schedules: Number(wanted), seed: Number(seed), path, onProgress };
    const { schedules, requests, spans } = await checkSchedules(run);
    console.log(
      `seed ${seed}: ${schedules} schedules, ${requests} requests, ${spans} spans: nothing lost, nothing doubled`,
    );
    return true;
  } catch (error) {
    console.error((error as Error).message);
    return false;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function runInBrowsers(chosen: Engine): Promise<boolean> {
  const { seed, jobs, schedules: wanted = '50' } = values;
  await buildIfStale();
  const onProgress = ({ schedules, failures }: Ran): void => {
    if (schedules % 10 === 0)
      console.log(`${schedules} of ${wanted} schedules, ${failures.length} wrong (${perMinute(schedules)} a minute)`);
  };
  const run = { engine: chosen, schedules: Number(wanted), seed: Number(seed), jobs: Number(jobs) };
  const ran = await checkInBrowsers({ ...run, onProgress, onFailure: (report) => console.error(report) });
  console.log(
    `${chosen}, seed ${seed}: ${ran.schedules} schedules, ${ran.heartbeats} heartbeats, ${ran.faults} of them met a fault:`,
    ran.failures.length > 0
      ? `${ran.failures.length} schedules ended in a wrong record`
      : 'nothing lost, nothing doubled',
  );
  console.log(`  ${ran.traceless} pages were left before they could say a first word`);
  for (const [exit, { count, longTick, tickOnly, mostMs }] of ran.exits)
    console.log(
      `  ${exit}: ${count} ends, at most ${Math.round(mostMs)} ms too early; last tick only: ${tickOnly} of ${longTick}`,
    );
  return ran.failures.length === 0;
}

function perMinute(done: number): number {
  return Math.round(done / ((performance.now() - began) / 60_000));
}
