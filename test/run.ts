// `npm test`, one kind of test after another. Server tests beside the browser's save a minute or two on quick cores. On slow ones both
// then wait for each other, until what reads the clock in a browser is wrong. Unit tests don't need the
// built scripts, and run while these are built.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findScript } from '../build/find-script.ts';
import { NODE_COMPILE_CACHE } from './helpers/server-process.ts';

// For the hundreds of Node processes that the tests and Vitest itself start.
process.env['NODE_COMPILE_CACHE'] = NODE_COMPILE_CACHE;

await Promise.all([build(), vitest(['--maxWorkers', '2', '--project', 'unit'])]);
await vitest(['--project', 'browser']);
await vitest(['--maxWorkers', '2', '--project', 'server', '--project', 'faults']);

async function build(): Promise<void> {
  const child = spawn(process.execPath, ['server/cli.ts', 'build'], { stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) process.exit(1);
}

/** After a failure the others follow all the same. */
async function vitest(options: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [findScript('vitest'), 'run', ...options], { stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) process.exitCode = 1;
}
