// Runs a consumer of the outbox, which tells changes of the store to somebody outside: round after round until it is stopped, on
// one server at a time. What a round tells, and when, is the consumer's own matter.
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Lease } from '../store/lease.ts';
import type { Leases } from '../store/leases.ts';
import { describeError } from '../http/describe-error.ts';

/** Two servers would tell the same change twice. A request is given up earlier, so none outlives the lease. */
const LEASE_MS = 30_000;

export interface ConsumerOptions {
  /** Names the lease; it stays the same as long as there are stores. */
  readonly name: string;
  readonly leases: Leases;
  readonly log: Logger;
  /** Pause between rounds, in milliseconds. */
  readonly pauseMs: number;
  /** How long one request to the outside may take, in milliseconds. */
  readonly requestMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

export class Consumer {
  readonly #options: ConsumerOptions;
  readonly #stopping = new AbortController();
  readonly #lease: Lease;
  #running: Promise<void> | undefined;

  constructor(options: ConsumerOptions) {
    this.#options = options;
    const { name, leases, requestMs: stepMs, now } = options;
    this.#lease = new Lease({ name, leases, leaseMs: LEASE_MS, stepMs, now });
  }

  /** Aborted when the consumer is stopped; for its requests. */
  get signal(): AbortSignal {
    return this.#stopping.signal;
  }

  /** True: this server may tell something now. Ask before each request. */
  holdLease(): Promise<boolean> {
    return this.#lease.hold();
  }

  /** @param round tells what is due, once. True: more waits, so the next round follows at once. */
  start(round: () => Promise<boolean>): void {
    this.#running = this.#run(round);
  }

  /** Aborts requests under way; a change that they told is found told at the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    // Without the store, others wait until it ends.
    await this.#lease.release().catch(() => {});
  }

  async #run(round: () => Promise<boolean>): Promise<void> {
    const { signal } = this.#stopping;
    const { log, name, pauseMs } = this.#options;
    while (!signal.aborted) {
      const isMoreWaiting = await round().catch((error: unknown) => {
        log.error({ err: describeError(error), consumer: name }, 'a round of the outbox failed');
        return false;
      });
      if (!isMoreWaiting) await delay(pauseMs, undefined, { signal }).catch(() => {});
    }
  }
}
