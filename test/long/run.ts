// `npm run test:long -- [--only NAME,…] [--kills N] [--seed S]`: what is killed again and again under load, for longer than CI has time.
// Needs Debian's `postgresql`, and for Patroni `patroni`, `etcd-server`, `haproxy` and `python3-etcd`.
import { parseArgs } from 'node:util';
import { randomFrom } from '../helpers/seeded-random.ts';
import { killDatabase } from './database-killed.ts';
import type { LongRun } from './long-run.ts';
import { killPrimary } from './patroni-killed.ts';
import { killServerOnPostgres, killServerOnSqlite } from './server-killed.ts';

/** By name, with how often each kills. */
const RUNS: Readonly<Record<string, { readonly run: LongRun; readonly kills: number }>> = {
  sqlite: { run: killServerOnSqlite, kills: 100 },
  postgres: { run: killServerOnPostgres, kills: 100 },
  'postgres-killed': { run: killDatabase, kills: 20 },
  patroni: { run: killPrimary, kills: 10 },
};

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(RUNS).join() },
    kills: { type: 'string' },
    seed: { type: 'string', default: String((Date.now() % 1_000_000) + 1) },
  },
});
const counts = { passed: 0, failed: 0, skipped: 0 };
for (const name of values.only.split(',')) {
  const one = RUNS[name];
  if (!one) throw new Error(`--only ${name}: use ${Object.keys(RUNS).join(', ')}`);
  counts[await runOne(name, one.run, Number(values.kills ?? one.kills))]++;
}
console.log(`${counts.passed} passed, ${counts.failed} failed${counts.skipped ? `, ${counts.skipped} skipped` : ''}`);
process.exitCode = counts.failed > 0 ? 1 : 0;

async function runOne(name: string, run: LongRun, kills: number): Promise<keyof typeof counts> {
  const say = (text: string): void => console.log(`${name}: ${text}`);
  say(`${kills} kills, seed ${values.seed}`);
  try {
    const outcome = await run({ kills, random: randomFrom(Number(values.seed)), say });
    say(outcome.text);
    return outcome.isSkipped ? 'skipped' : 'passed';
  } catch (error) {
    console.error(`${name}:`, error);
    return 'failed';
  }
}
