// One machine of a Patroni cluster, as processes of a test: Patroni and the PostgreSQL that it starts.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodePlace } from './patroni-config.ts';
import { asUser } from './postgres-cluster.ts';
import { killProcess } from './kill-process.ts';
import { until } from './until.ts';

export const PATRONI_BIN = '/usr/bin';

export class PatroniNode {
  readonly place: NodePlace;
  #patroni: ChildProcess | undefined;

  constructor(place: NodePlace) {
    this.place = place;
  }

  /** The file that configures it. */
  get configFile(): string {
    return join(this.place.folder, 'patroni.yml');
  }

  start(): void {
    const { folder } = this.place;
    const log = openSync(join(folder, 'patroni.log'), 'a');
    this.#patroni = spawn(...asUser({ bin: PATRONI_BIN }, 'patroni', [this.configFile]), {
      cwd: folder,
      env: { ...process.env, HOME: folder },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
  }

  /** Kills Patroni and PostgreSQL's main process together. PostgreSQL's other processes end when they notice. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Ends both for good, without waiting for clients. */
  async stop(): Promise<void> {
    await this.#end('SIGQUIT');
  }

  /** @param signal for PostgreSQL. Patroni would start it again, and is always killed. */
  async #end(signal: NodeJS.Signals): Promise<void> {
    const main = await this.#postmaster();
    const patroni = this.#patroni;
    const ended = patroni?.exitCode === null && patroni.signalCode === null ? once(patroni, 'exit') : undefined;
    patroni?.kill('SIGKILL');
    if (main === undefined) return void (await ended);
    killProcess(main, signal);
    await ended;
    await until(() => !existsSync(`/proc/${main}`));
  }

  /** The id of PostgreSQL's main process; undefined: it doesn't run. */
  async #postmaster(): Promise<number | undefined> {
    const text = await readFile(join(this.place.folder, 'data/postmaster.pid'), 'utf8').catch(() => '');
    const pid = Number.parseInt(text, 10);
    // The file of one that was killed stays, and its number may be another program's by now.
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    return command.includes(this.place.folder) ? pid : undefined;
  }
}
