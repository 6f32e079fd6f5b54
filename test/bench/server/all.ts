// `npm run bench:server`: what the server can bear, by three benchmarks, one after the other. Their rows are printed once more as
// one table at the end. Options are for the first of them (run.ts). Exits with 1 where a figure falls short, or a benchmark breaks off.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const FOLDER = join(import.meta.dirname, '..');
const rows = new Set<string>();
for (const [bench, options] of [
  ['server/run.ts', process.argv.slice(2)],
  ['storm/run.ts', []],
  ['hostile/run.ts', []],
] as const) {
  const child = spawn(process.execPath, [join(FOLDER, bench), ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    console.info(line);
    if (line.startsWith('| ')) rows.add(line);
  }
  const [code] = (await ended) as [number | null];
  if (code !== 0) process.exitCode = 1;
}
console.info(`\n${[...rows].join('\n')}`);
