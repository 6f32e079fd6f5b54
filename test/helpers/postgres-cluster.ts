// The files of a PostgreSQL cluster for tests, and how to run the programs of the system's package on them.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';

const INSTALLED = '/usr/lib/postgresql';
const SHARED_MEMORY = '/dev/shm';
export const USER = 'postgres';
const run = promisify(execFile);

export interface Cluster {
  /** Of the programs. */
  readonly bin: string;
  readonly folder: string;
  readonly port: number;
}

/** @throws if PostgreSQL is not installed. */
export async function makeCluster(isOnDisk: boolean): Promise<Cluster> {
  const bin = await findPrograms();
  const base = !isOnDisk && existsSync(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir();
  const folder = await mkdtemp(join(base, 'stillhere-pg-'));
  const cluster = { bin, folder, port: await freePort() };
  await giveToUser(folder);
  const options = ['-A', 'trust', '-U', USER, '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync', '-D', folder];
  await run(...asUser(cluster, 'initdb', options), { cwd: folder });
  return cluster;
}

/**
 * The folder of PostgreSQL's programs.
 * @throws if it is not installed.
 */
export async function findPrograms(): Promise<string> {
  const [version] = await readdir(INSTALLED).catch(() => []);
  if (version === undefined) throw new Error('Install the Debian package postgresql for this test');
  return join(INSTALLED, version, 'bin');
}

/** Gives a folder to the user as whom {@link asUser} runs programs, and to nobody else. PostgreSQL refuses to run as root. */
export async function giveToUser(folder: string): Promise<void> {
  if (isRoot()) await run('chown', [USER, folder]);
  await chmod(folder, 0o700);
}

/** The file and arguments that run a program as the user who owns the cluster. The process that is spawned is the program's own. */
export function asUser({ bin }: Pick<Cluster, 'bin'>, program: string, args: readonly string[]): [string, string[]] {
  const file = join(bin, program);
  return isRoot()
    ? ['setpriv', ['--reuid', USER, '--regid', USER, '--clear-groups', file, ...args]]
    : [file, [...args]];
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}
