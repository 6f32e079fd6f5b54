// `npm test`. Making the package takes a core for the better part of a minute: the tests that need none run on the other one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

await Promise.all([pack(), vitest('--maxWorkers', '1', '--project', 'unit', '--project', 'faults')]);
await vitest('--maxWorkers', '3', '--project', 'server');
await vitest('--project', 'browser');

/** Says something only if it fails. */
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
