// `npm test` on two cores. Browser tests wait two fifths of the time, so all others run beside them, in what they leave of the
// processors. Unit tests don't need the package, and run while it is built.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { NODE_COMPILE_CACHE } from './helpers/server-process.ts';

/** What reads the clock comes first: browser tests. */
const LOW_PRIORITY = 10;

// For the hundreds of Node processes that the tests and Vitest itself start.
process.env['NODE_COMPILE_CACHE'] = NODE_COMPILE_CACHE;

const packed = pack();
await Promise.all([
  packed.then(() => vitest(['--project', 'browser'])),
  vitest(['--maxWorkers', '1', '--project', 'unit'], LOW_PRIORITY)
    .then(() => packed)
    .then(() => vitest(['--maxWorkers', '2', '--project', 'server', '--project', 'faults'], LOW_PRIORITY)),
]);

/** Prints its output only if it fails. */
async function pack(): Promise<void> {
  const child = spawn('npm', ['run', 'pack'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) return;
  console.error(output);
  process.exit(1);
}

/** After a failure the others go on to their end. @param priority a nice value. */
async function vitest(options: readonly string[], priority = 0): Promise<void> {
  const child = spawn('vitest', ['run', ...options], { stdio: 'inherit' });
  if (child.pid) setPriority(child.pid, priority);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) process.exitCode = 1;
}
