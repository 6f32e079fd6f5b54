// How many tries at the gate were refused, by quarter of an hour. Who tried is not stored.
import { sql, type Kysely } from 'kysely';
import { toStatement, type Runner } from './runner.ts';
import type { Tables } from './schema.ts';

export interface Refusals {
  /** @param counts by quarter of an hour (time-slots.ts). They are added to what is there. */
  add(counts: ReadonlyMap<number, number>): Promise<void>;
}

export class SqlRefusals implements Refusals {
  readonly #queries: Kysely<Tables>;
  readonly #writer: Runner;

  constructor(queries: Kysely<Tables>, writer: Runner) {
    this.#queries = queries;
    this.#writer = writer;
  }

  async add(counts: ReadonlyMap<number, number>): Promise<void> {
    const statements = [...counts].map(([slot, refused]) =>
      toStatement(
        this.#queries
          .insertInto('refused_slots')
          .values({ slot, refused })
          .onConflict((conflict) =>
            conflict.column('slot').doUpdateSet({ refused: sql`refused_slots.refused + excluded.refused` }),
          )
          .compile(),
      ),
    );
    if (statements.length > 0) await this.#writer.run(statements);
  }
}
