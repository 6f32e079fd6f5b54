// A server as a process of its own, which a test may kill.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

/** On a machine with twenty times more to do than it can Node alone took 8 s to start. */
const START_MS = 60_000;

/** Node keeps what it has compiled: a start takes 0.65 s of CPU time in place of 1.1 s. */
const NODE_COMPILE_CACHE = join(tmpdir(), 'stillhere-compile-cache');

/** What a {@link StillhereServer} runs on. */
export interface ServerHost {
  readonly pid?: number | undefined;
  /** Everything it has logged so far. */
  readonly output: string;
  /** Does nothing where it runs already; resolves when it answers. */
  start(): Promise<void>;
  /** Resolves with the exit code; null where there is none. */
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
    await until(async () => !isRunning(child) || (await fetch(`${this.#url}/readyz`)).ok, START_MS);
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
