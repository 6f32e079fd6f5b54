// Leases: of all servers on one store, one at a time does a job.
import type { Kysely } from 'kysely';
import { SMALLEST_STEP_MS } from './bounds.ts';
import { change, type Runner } from './runner.ts';
import type { Tables } from './schema.ts';

export interface Leases {
  /**
   * Takes or renews a lease unless another holder has it at `now`. All take it for the same time: one that ends much later than it would
   * if it were taken now was taken before the clock was set back, and counts for nothing.
   * @param untilMs when the lease ends; pass `now` to release it.
   * @returns false if another holder has it.
   */
  take(name: string, holder: string, now: number, untilMs: number): Promise<boolean>;
}

export class SqlLeases implements Leases {
  readonly #queries: Kysely<Tables>;
  readonly #writer: Runner;

  constructor(queries: Kysely<Tables>, writer: Runner) {
    this.#queries = queries;
    this.#writer = writer;
  }

  async take(name: string, holder: string, now: number, untilMs: number): Promise<boolean> {
    const isRelease = untilMs <= now;
    const query = this.#queries
      .insertInto('leases')
      .values({ name, holder, until_ms: untilMs })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ holder, until_ms: untilMs })
          .where((eb) =>
            eb.or([
              eb('leases.holder', '=', holder),
              eb('leases.until_ms', '<=', now),
              ...(isRelease ? [] : [eb('leases.until_ms', '>', untilMs + SMALLEST_STEP_MS)]),
            ]),
          ),
      );
    const [taken] = await change(this.#writer, [query.compile()]);
    return taken === 1;
  }
}
