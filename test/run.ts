// `npm test` on two cores. Building the package occupies one of them for a minute, so the unit tests, which don't need it, run on
// the other one meanwhile. Server tests wait about a third of the time; browser tests run several at a time in each process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { NODE_COMPILE_CACHE } from './helpers/server-process.ts';

// For the hundreds of Node processes that the tests and Vitest itself start.
process.env['NODE_COMPILE_CACHE'] = NODE_COMPILE_CACHE;

await Promise.all([
  pack().then(() => vitest('--maxWorkers', '1', '--project', 'faults')),
  vitest('--maxWorkers', '1', '--project', 'unit'),
]);
await vitest('--maxWorkers', '3', '--project', 'server');
await vitest('--project', 'browser');

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

async function vitest(...options: readonly string[]): Promise<void> {
  const [code] = (await once(spawn('vitest', ['run', ...options], { stdio: 'inherit' }), 'close')) as [number | null];
  if (code !== 0) process.exit(1);
}
