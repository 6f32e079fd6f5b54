// Many clients that connect and then send nothing, or a byte a second. They run in a process of their own, so that their sockets don't
// count against the test's files, and their work doesn't delay it.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const PROCESS = new URL('./slow-clients-process.ts', import.meta.url).pathname;

export interface SlowClientsPlan {
  readonly port: number;
  readonly count: number;
  /** Loopback addresses to come from, one after the other. */
  readonly addresses: readonly string[];
  /** Sent at once; empty: nothing. */
  readonly first: string;
  /** Sent each second. */
  readonly eachSecond: string;
}

export interface SlowClientsState {
  /** Connections that were made so far, also those that the server has closed since. */
  readonly made: number;
  /** Those of them that are still open. */
  readonly open: number;
  /** How many got which status as their answer. */
  readonly statuses: Readonly<Record<string, number>>;
}

export class SlowClients {
  readonly #process: ChildProcess;
  state: SlowClientsState = { made: 0, open: 0, statuses: {} };

  constructor(plan: SlowClientsPlan) {
    this.#process = fork(PROCESS, [JSON.stringify(plan)]);
    this.#process.on('message', (state: SlowClientsState) => (this.state = state));
  }

  /** Closes all connections. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}
