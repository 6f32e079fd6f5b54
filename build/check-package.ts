// Runs publint and "are the types wrong" on the tarball that `npm run pack` has made.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { findScript } from './find-script.ts';
import { listFiles } from './list-files.ts';

const ROOT = resolve(import.meta.dirname, '..');

const [tarball] = listFiles('dist/packed/*.tgz', ROOT);
if (tarball === undefined) throw new Error('Call `npm run pack` first: there is no package.');
for (const [script, ...options] of [
  [findScript('publint'), '--strict'],
  [findScript('@arethetypeswrong/cli', 'attw')],
] as const) {
  const command = [script, ...options, join(ROOT, tarball)];
  const { status } = spawnSync(process.execPath, command, { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
