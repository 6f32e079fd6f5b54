// Of all the servers on one store one at a time mirrors: two would write twice. Whoever has the lease keeps it as long as it
// renews it; when it is killed another one takes over after {@link LEASE_MS}.
import { randomUUID } from 'node:crypto';
import type { Outbox } from '../store/outbox.ts';
import { TIMEOUT_MS } from './client.ts';

const NAME = 'nocodb-mirror';
/** How long a killed holder keeps others waiting. */
const LEASE_MS = 30_000;

export class Lease {
  readonly #outbox: Outbox;
  readonly #holder = randomUUID();
  readonly #now: () => number;
  #untilMs = 0;

  /** @param now epoch milliseconds, by a clock that all servers on the store have in common. */
  constructor(outbox: Outbox, now: () => number) {
    this.#outbox = outbox;
    this.#now = now;
  }

  /** Takes or renews it. True: a request that leaves now is answered, or given up, before anybody else's. */
  async hold(): Promise<boolean> {
    const now = this.#now();
    if (this.#untilMs - now > TIMEOUT_MS) return true;
    const untilMs = now + LEASE_MS;
    if (!(await this.#outbox.takeLease(NAME, this.#holder, now, untilMs))) return false;
    this.#untilMs = untilMs;
    return true;
  }

  /** The next one need not wait. */
  async release(): Promise<void> {
    const now = this.#now();
    if (this.#untilMs > now) await this.#outbox.takeLease(NAME, this.#holder, now, now);
    this.#untilMs = 0;
  }
}
