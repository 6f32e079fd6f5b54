// Runs a command of the documentation as somebody types it: in the folder where the server was started, with this Node and these sources.
import { execFile } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { promisify } from 'node:util';
import { CLI } from './run-cli.ts';

/** @returns what it prints. Rejects if it fails. */
export async function typeCommand(command: string, folder: string): Promise<string> {
  const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  const ours = command.replaceAll('npx stillhere', `node ${CLI}`);
  return (await promisify(execFile)('bash', ['-ec', ours], { cwd: folder, env: { ...process.env, PATH } })).stdout;
}
