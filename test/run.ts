// `npm test` on two cores. Browser tests wait two fifths of the time, so the server's run beside them, in what they leave of the
// processors. Unit tests don't need the built scripts, and run while these are built.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { findScript } from '../build/find-script.ts';
import { NODE_COMPILE_CACHE } from './helpers/server-process.ts';

/** What reads the clock comes first: browser tests. */
const LOW_PRIORITY = 10;

// For the hundreds of Node processes that the tests and Vitest itself start.
process.env['NODE_COMPILE_CACHE'] = NODE_COMPILE_CACHE;

await Promise.all([build(), vitest(['--maxWorkers', '2', '--project', 'unit'])]);
await Promise.all([
  vitest(['--project', 'browser']),
  vitest(['--maxWorkers', '2', '--project', 'server', '--project', 'faults'], LOW_PRIORITY),
]);

async function build(): Promise<void> {
  const child = spawn(process.execPath, ['server/cli.ts', 'build'], { stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) process.exit(1);
}

/** After a failure the others go on to their end. @param priority a nice value. */
async function vitest(options: readonly string[], priority = 0): Promise<void> {
  const child = spawn(process.execPath, [findScript('vitest'), 'run', ...options], { stdio: 'inherit' });
  if (child.pid) setPriority(child.pid, priority);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) process.exitCode = 1;
}
