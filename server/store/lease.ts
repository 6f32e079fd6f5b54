// One server's hold on a lease. The holder keeps the lease by renewing it. When it is killed, another server takes over after the time
// that it was taken for.
import { randomUUID } from 'node:crypto';
import type { Leases } from './leases.ts';

export interface LeaseOptions {
  /** What it is for. */
  readonly name: string;
  readonly leases: Leases;
  /** How long it is taken for, in milliseconds: a killed holder keeps others waiting as long. */
  readonly leaseMs: number;
  /** How long what the holder does next may take, in milliseconds. */
  readonly stepMs: number;
  /** Epoch milliseconds, by a clock that all servers on the store share. */
  readonly now: () => number;
}

export class Lease {
  readonly #options: LeaseOptions;
  readonly #holder = randomUUID();
  #takenMs = 0;
  #untilMs = 0;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Takes or renews it. True: a step that starts now ends before another server can take the lease. */
  async hold(): Promise<boolean> {
    const { name, leases, leaseMs, stepMs } = this.#options;
    const now = this.#options.now();
    // A clock that was set back since then doesn't make the lease longer: others may have it by now.
    if (now >= this.#takenMs && this.#untilMs - now > stepMs) return true;
    const untilMs = now + leaseMs;
    if (!(await leases.take(name, this.#holder, now, untilMs))) return false;
    this.#takenMs = now;
    this.#untilMs = untilMs;
    return true;
  }

  /** Gives it back, so that the next holder need not wait. */
  async release(): Promise<void> {
    const { name, leases } = this.#options;
    const now = this.#options.now();
    if (this.#untilMs > now) await leases.take(name, this.#holder, now, now);
    this.#untilMs = 0;
  }
}
