// Of all the servers on one store, one at a time runs a consumer: two would tell the same change twice. The holder keeps the lease
// by renewing it. When it is killed, another server takes over after {@link LEASE_MS}.
import { randomUUID } from 'node:crypto';
import type { Leases } from '../store/leases.ts';

/** How long a killed holder keeps others waiting. */
const LEASE_MS = 30_000;

export class Lease {
  readonly #name: string;
  readonly #leases: Leases;
  readonly #holder = randomUUID();
  readonly #requestMs: number;
  readonly #now: () => number;
  #untilMs = 0;

  /**
   * @param name the consumer's.
   * @param requestMs how long one request may take.
   * @param now epoch milliseconds, by a clock that all servers on the store share.
   */
  constructor(name: string, leases: Leases, requestMs: number, now: () => number) {
    this.#name = name;
    this.#leases = leases;
    this.#requestMs = requestMs;
    this.#now = now;
  }

  /** Takes or renews it. True: a request that starts now ends before another server can take the lease. */
  async hold(): Promise<boolean> {
    const now = this.#now();
    if (this.#untilMs - now > this.#requestMs) return true;
    const untilMs = now + LEASE_MS;
    if (!(await this.#leases.take(this.#name, this.#holder, now, untilMs))) return false;
    this.#untilMs = untilMs;
    return true;
  }

  /** Gives it back, so that the next holder need not wait. */
  async release(): Promise<void> {
    const now = this.#now();
    if (this.#untilMs > now) await this.#leases.take(this.#name, this.#holder, now, now);
    this.#untilMs = 0;
  }
}
