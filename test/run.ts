// `npm test`, and with `--systems` `npm run test:systems`: one kind of test after another. Server tests beside the browser's save a
// minute or two on quick cores. On slow ones both then wait for each other, until what reads the clock in a browser is wrong. Unit
// tests don't need the built scripts, and run while these are built.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findScript } from '../build/find-script.ts';
import { hasFailed, readResults, type TestFile } from './helpers/test-results.ts';
import { NODE_COMPILE_CACHE } from './helpers/server-process.ts';

/** More failed tests than these are a fault of the code, not of a busy machine. */
const MOST_FAILURES_RUN_AGAIN = 5;

// For the hundreds of Node processes that the tests and Vitest itself start.
process.env['NODE_COMPILE_CACHE'] = NODE_COMPILE_CACHE;

if (process.argv.includes('--systems')) {
  await testWithOthersAndAlone([
    '--fileParallelism',
    '--maxWorkers',
    '2',
    '--project',
    'systems',
    '--project',
    'package',
  ]);
} else {
  const [isBuilt] = await Promise.all([
    run('server/cli.ts', ['build']),
    test(['--maxWorkers', '2', '--project', 'unit']),
  ]);
  if (!isBuilt) process.exit(1);
  await testWithOthersAndAlone(['--project', 'browser']);
  await testWithOthersAndAlone(['--maxWorkers', '2', '--project', 'server', '--project', 'faults']);
}

/** After a failure the others follow all the same. */
async function test(options: readonly string[]): Promise<void> {
  if (!(await run(findScript('vitest'), ['run', ...options]))) process.exitCode = 1;
}

/**
 * Servers, browsers, databases and other people's build tools share two cores here. A few tests that fail beside others are run again by
 * themselves: those that pass then failed for want of time, and both results are printed. Those that fail again have failed.
 */
async function testWithOthersAndAlone(options: readonly string[]): Promise<void> {
  const files = (await testAndRead(options)).filter(hasFailed);
  const count = files.reduce((sum, { failed }) => sum + Math.max(1, failed.length), 0);
  if (count > MOST_FAILURES_RUN_AGAIN) process.exitCode = 1;
  else for (const file of files) await testAlone(file);
}

/** Of a file that failed outside of its tests, all of them. */
async function testAlone({ file, failed }: TestFile): Promise<void> {
  console.log(
    `\nFailed beside other tests, now by themselves: ${file}\n${failed.map((name) => `  ${name}`).join('\n')}\n`,
  );
  const pattern = `^(${failed.map((name) => RegExp.escape(name)).join('|')})$`;
  const only = failed.length > 0 ? ['--testNamePattern', pattern] : [];
  const again = await testAndRead([file, ...only, '--maxWorkers', '1', '--maxConcurrency', '1']);
  const passed = new Set(again.flatMap((one) => one.passed));
  if (passed.size === 0 || again.some(hasFailed) || !failed.every((name) => passed.has(name))) process.exitCode = 1;
}

function testAndRead(options: readonly string[]): Promise<TestFile[]> {
  return readResults(async (reporters) => run(findScript('vitest'), ['run', ...options, ...reporters]));
}

/** Whether the script ended without an error. */
async function run(script: string, options: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, [script, ...options], { stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  return code === 0;
}
