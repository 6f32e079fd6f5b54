// A server in its own process, which a test can kill.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

/** On a machine with twenty times its capacity of work, Node alone took 8 s to start. */
const START_MS = 60_000;

/** Where Node keeps compiled code: a start takes 0.65 s of CPU time instead of 1.1 s. */
export const NODE_COMPILE_CACHE = join(tmpdir(), 'stillhere-compile-cache');

/** What runs a server: a process, or the test itself. */
export interface ServerHost {
  readonly pid?: number | undefined;
  /** Its log so far. */
  readonly output: string;
  /** Does nothing if it is running. Resolves when it answers. */
  start(): Promise<void>;
  /** Resolves with the exit code, or null without one. */
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

export class ServerProcess implements ServerHost {
  readonly #url: string;
  readonly #command: readonly string[];
  readonly #environment: NodeJS.ProcessEnv;
  #child: ChildProcess | undefined;
  output = '';

  /** @param command what Node runs. */
  constructor(url: string, command: readonly string[], environment: NodeJS.ProcessEnv) {
    this.#url = url;
    this.#command = command;
    this.#environment = environment;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    if (this.#child && isRunning(this.#child)) return;
    const child = spawn(process.execPath, this.#command, {
      env: { ...process.env, NODE_COMPILE_CACHE, ...this.#environment },
    });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (this.output += String(chunk)));
    this.#child = child;
    try {
      await until(async () => !isRunning(child) || (await fetch(`${this.#url}/readyz`)).ok, START_MS);
    } catch (cause) {
      child.kill('SIGKILL');
      throw new Error(`The server doesn't answer. Its output: ${this.output}`, { cause });
    }
    if (!isRunning(child)) throw new Error(`The server ended: ${this.output}`);
  }

  async stop(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (!child || !isRunning(child)) return null;
    child.kill(signal);
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
