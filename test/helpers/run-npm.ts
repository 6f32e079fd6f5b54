// Runs npm. On Windows it is a command script, which can't be started as a program: there, Node runs npm's own script.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Resolves when npm is done; npm's settings for tests without a network of their own come with it. */
export async function runNpm(cwd: string, ...words: readonly string[]): Promise<void> {
  const all = [...words, '--no-audit', '--no-fund', '--prefer-offline'];
  // Set by npm for everything that it starts.
  const { npm_execpath: script } = process.env;
  if (process.platform === 'win32' && script?.endsWith('.js')) await run(process.execPath, [script, ...all], { cwd });
  else await run('npm', all, { cwd });
}
