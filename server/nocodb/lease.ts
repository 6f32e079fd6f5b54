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
  #untilMs = 0;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Takes or renews it. True: a request that leaves now is answered, or given up, before anybody else's. */
  async hold(now: number): Promise<boolean> {
    if (this.#untilMs - now > TIMEOUT_MS) return true;
    const untilMs = now + LEASE_MS;
    if (!(await this.#outbox.takeLease(NAME, this.#holder, now, untilMs))) return false;
    this.#untilMs = untilMs;
    return true;
  }

  /** The next one need not wait. */
  async release(now: number): Promise<void> {
    if (this.#untilMs > now) await this.#outbox.takeLease(NAME, this.#holder, now, now);
    this.#untilMs = 0;
  }
}
