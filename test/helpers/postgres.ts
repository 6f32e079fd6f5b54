// A temporary PostgreSQL from the system's package, on a free local port.
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';

const INSTALLED = '/usr/lib/postgresql';
const USER = 'postgres';
const run = promisify(execFile);

export class Postgres {
  readonly #bin: string;
  readonly #folder: string;
  readonly #port: number;

  private constructor(bin: string, folder: string, port: number) {
    this.#bin = bin;
    this.#folder = folder;
    this.#port = port;
  }

  /** @throws if it is not installed. */
  static async start(): Promise<Postgres> {
    const [version] = await readdir(INSTALLED).catch(() => []);
    if (version === undefined) throw new Error('Install the Debian package postgresql for this test');
    const folder = await mkdtemp(join(tmpdir(), 'stillhere-pg-'));
    const postgres = new Postgres(join(INSTALLED, version, 'bin'), folder, await freePort());
    // PostgreSQL refuses to run as root.
    if (process.getuid?.() === 0) await run('chown', [USER, folder]);
    await chmod(folder, 0o700);
    await postgres.#run('initdb', ['-A', 'trust', '-U', USER, '-D', folder]);
    const options = `-p ${postgres.#port} -k ${folder} -c listen_addresses=127.0.0.1`;
    await postgres.#run('pg_ctl', ['-w', '-D', folder, '-l', join(folder, 'log'), '-o', options, 'start']);
    return postgres;
  }

  /** A new, empty database. @returns its URL. */
  async createDatabase(name: string): Promise<string> {
    await this.#run('createdb', ['-h', '127.0.0.1', '-p', String(this.#port), '-U', USER, name]);
    return `postgres://${USER}@127.0.0.1:${this.#port}/${name}`;
  }

  async remove(): Promise<void> {
    await this.#run('pg_ctl', ['-D', this.#folder, '-m', 'immediate', 'stop']);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #run(program: string, args: readonly string[]): Promise<void> {
    const command = [join(this.#bin, program), ...args];
    const asUser = process.getuid?.() === 0 ? ['runuser', '-u', USER, '--', ...command] : command;
    const [file = '', ...rest] = asUser;
    await run(file, rest, { cwd: this.#folder });
  }
}
